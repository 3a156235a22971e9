/* The flame graph: draws the tree, and lets one walk in it by pointer and keys.
 *
 * The canvas is as large as what is seen of it and sticks to the top of the scrolled
 * box; each drawing asks the levels in sight for the frames in sight. So the cost is
 * that of the screen, not of the profile. */
"use strict";

(() => {
    const { data, byId, el, count, percent, seconds, color, NBSP } = hn;
    const { functions, compared, last, place, shortFile } = profile;

    const ROW = 21, FRAME = 20;      /* pixels: of a level, and of the frame in it */
    const NARROW = 1.2;              /* pixels: below that, neighbours become one piece */
    const LABEL = 26;                /* pixels: the least with room for letters */
    const COLORS = 9;
    const ZOOM_MS = 180;

    const canvas = byId("graph"), context = canvas.getContext("2d");
    const scroller = byId("scroller"), tip = byId("tip");

    const options = {
        process: null, thread: null, state: 0, split: false, collapse: false,
        inverted: false, byLine: false, widths: "after", scale: "share", color: "module",
    };
    const search = { text: "", regex: false, bad: "", items: null, matched: null };
    let tree, selected = -1, hovered = -1, zoomed = 0;
    let view = { from: 0, span: 1 }; /* in samples */
    let scheme, table, pending = 0, animation = 0, printing = false;

    /* --- names */

    function itemOf(id) {
        return tree.items[tree.item[id]];
    }

    function nameOf(id) {
        if (id === 0)
            return "all";
        const item = itemOf(id);

        return item.thread !== null ? item.thread : functions[item.fn].name || "(no name)";
    }

    function placeOf(id) {
        const item = id ? itemOf(id) : null;

        return item && item.thread === null ? place(functions[item.fn].file, item.line) : "";
    }

    const inBytes = last.unit === "bytes";
    const samplesOf = (samples, one) => one.unit === "bytes" ? hn.bytes(samples)
        : count(samples) + NBSP + "samples, about" + NBSP
            + seconds((samples * one.sample_ns) / 1e9);

    /* --- colours: by a hash of the name, so they stay from run to run */

    function readColors() {
        const names = ["neutral", "many", "text"].map((name) => "--frame-" + name);

        scheme = {
            frames: Array.from({ length: COLORS }, (_, i) => color("--frame-" + i)),
            surface: color("--surface"), muted: color("--muted"), line: color("--line"),
            match: color("--match"), matchText: color("--match-text"),
            select: color("--select"), grew: color("--grew"), shrank: color("--shrank"),
        };
        [scheme.neutral, scheme.many, scheme.text] = names.map(color);
    }

    /* What the colour of a frame stands for, or "" where it stands for nothing. */
    function groupOf(id) {
        const item = itemOf(id);

        if (options.color === "thread") {
            return tree.owner[id] >= 0 ? profile.threadName(last, tree.owner[id]) : "";
        }
        return item.thread !== null ? "" : functions[item.fn][options.color];
    }

    const colorNumbers = {}; /* for each way to colour: group -> number of its colour */

    /* A name has the colour of its hash, so it stays from run to run; but among the
     * largest, where another has that already, the next that is free. */
    function chooseColors(sizes) {
        const numbers = new Map(), taken = new Set();

        for (const [group] of [...sizes].sort((a, b) => b[1] - a[1])) {
            let number = hn.hash(group) % COLORS;

            while (taken.size < COLORS && taken.has(number))
                number = (number + 1) % COLORS;
            taken.add(number);
            numbers.set(group, number);
        }
        return numbers;
    }

    /* How much of the drawing each group has; of the tree before anything is filtered. */
    function chooseAllColors() {
        for (const by of ["module", "origin", "thread"]) {
            const sizes = new Map();

            options.color = by;
            for (let id = 1; id < tree.size; id++) {
                const group = groupOf(id);

                if (group)
                    sizes.set(group, (sizes.get(group) || 0) + tree.width[id]);
            }
            colorNumbers[by] = chooseColors(sizes);
        }
        options.color = "module";
    }

    function colorOfGroup(group) {
        const number = colorNumbers[options.color].get(group);

        return number === undefined ? scheme.neutral : scheme.frames[number];
    }

    /* Two profiles: how much of the larger share is gone or new, in five steps; grey
     * where chance alone explains it. */
    function changeOf(id) {
        const before = tree.value[0][id] * tree.factor, after = tree.value[1][id];

        if (Math.abs(after - before) <= 2 * Math.sqrt(before * tree.factor + after))
            return 0;
        return (after - before) / Math.max(after, before);
    }

    function mix(from, to, share) {
        return "color-mix(in oklab, " + to + " " + Math.round(100 * share) + "%, " + from + ")";
    }

    const STEPS = 5;

    function colorOfChange(change) {
        const step = Math.ceil(Math.abs(change) * STEPS) / STEPS;

        return step === 0 ? scheme.neutral
            : mix(scheme.neutral, change > 0 ? scheme.grew : scheme.shrank, 0.25 + 0.75 * step);
    }

    function fillOf(id) {
        if (id === 0)
            return scheme.neutral;
        return compared ? colorOfChange(changeOf(id)) : colorOfGroup(groupOf(id));
    }

    /* --- drawing */

    const widths = new Map(); /* of names, as measured */

    function widthOf(text) {
        let width = widths.get(text);

        if (width === undefined) {
            if (widths.size > 20000)
                widths.clear();
            width = context.measureText(text).width;
            widths.set(text, width);
        }
        return width;
    }

    /* As much of @text as fits, with an ellipsis; "" if that is too little to read. */
    function fit(text, room) {
        const full = widthOf(text);

        if (full <= room)
            return text;
        let letters = Math.floor((text.length * room) / full);

        while (letters > 0 && widthOf(text.slice(0, letters) + "\u2026") > room)
            letters--;
        return letters < 2 ? "" : text.slice(0, letters) + "\u2026";
    }

    function drawLabel(id, x, y, room, ink) {
        const name = nameOf(id), shown = fit(name, room);
        const file = id && itemOf(id).thread === null
            ? shortFile(functions[itemOf(id).fn].file) : "";

        if (!shown)
            return;
        context.fillStyle = ink;
        context.fillText(shown, x, y);
        if (shown !== name || !file)
            return;
        const after = widthOf(name) + 10;
        const small = itemOf(id).line > 0 ? file + ":" + itemOf(id).line : file;

        if (after + widthOf(small) <= room) {
            context.globalAlpha *= 0.72;
            context.fillText(small, x + after, y);
        }
    }

    function drawFrame(id, x, y, width) {
        const found = search.matched && search.matched[id] === 2;
        const faded = search.matched && !found;
        /* wider than what is seen of it: the callers of a zoomed frame */
        const wider = tree.width[id] > view.span * 1.0001;

        context.globalAlpha = faded ? 0.38 : wider ? 0.55 : 1;
        context.fillStyle = found ? scheme.match : fillOf(id);
        context.fillRect(x, y, Math.max(width - 1, 0.6), FRAME);
        if (id === hovered) {
            context.globalAlpha = 0.14;
            context.fillStyle = scheme.select;
            context.fillRect(x, y, width - 1, FRAME);
        }
        context.globalAlpha = faded ? 0.75 : 1;
        if (width > LABEL)
            drawLabel(id, x + 5, y + FRAME / 2 + 0.5, width - 11,
                      found ? scheme.matchText : scheme.text);
        context.globalAlpha = 1;
        if (id === selected) {
            context.strokeStyle = scheme.select;
            context.lineWidth = 2;
            context.strokeRect(x + 1, y + 1, Math.max(width - 3, 1), FRAME - 2);
        }
    }

    /* Frames too narrow to tell apart: one grey piece, magenta where one matches. */
    function drawNarrow(run, y) {
        context.globalAlpha = search.matched && !run.found ? 0.38 : 1;
        context.fillStyle = run.found ? scheme.match : scheme.many;
        context.fillRect(run.from, y, Math.max(run.to - run.from - 0.4, 0.6), FRAME);
        context.globalAlpha = 1;
    }

    /* The first place in a level whose frame ends right of @x (in samples). */
    function firstEndingAfter(level, x) {
        let low = 0, high = level.length;

        while (low < high) {
            const middle = (low + high) >> 1, id = level[middle];

            if (tree.left[id] + tree.width[id] > x)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    function drawLevel(level, y, scale, wide) {
        const end = view.from + view.span;
        let run = null;

        for (let i = firstEndingAfter(level, view.from); i < level.length; i++) {
            const id = level[i];

            if (tree.left[id] >= end)
                break;
            const from = Math.max(0, (tree.left[id] - view.from) * scale);
            const to = Math.min(wide, (tree.left[id] + tree.width[id] - view.from) * scale);

            if (to - from < NARROW && id !== selected) {
                const found = search.matched && search.matched[id] === 2;

                if (run && from - run.to < 0.5) {
                    run.to = to;
                    run.found = run.found || found;
                    continue;
                }
                if (run)
                    drawNarrow(run, y);
                run = { from, to, found };
                continue;
            }
            drawFrame(id, from, y, to - from);
        }
        if (run)
            drawNarrow(run, y);
    }

    /* To set a canvas's size, even to what it is, costs a new one. */
    function resize(wide, high) {
        if (canvas.width !== wide)
            canvas.width = wide;
        if (canvas.height !== high)
            canvas.height = high;
    }

    /* @wide and @high in CSS pixels; @density pixels of the device to one of them. */
    function drawOn(wide, high, density, top) {
        const firstLevel = Math.max(0, Math.floor(top / ROW));
        const lastLevel = Math.min(tree.levels.length - 1, Math.floor((top + high) / ROW));

        resize(Math.round(wide * density), Math.round(high * density));
        canvas.style.height = high + "px";
        context.setTransform(density, 0, 0, density, 0, 0);
        context.fillStyle = scheme.surface;
        context.fillRect(0, 0, wide, high);
        context.font = "12.5px " + getComputedStyle(document.body).fontFamily;
        context.textBaseline = "middle";
        for (let depth = firstLevel; depth <= lastLevel; depth++)
            drawLevel(tree.levels[depth], depth * ROW - top + 0.5, wide / view.span, wide);
    }

    function draw() {
        pending = 0;
        if (printing)
            return;
        const wide = scroller.clientWidth;
        const high = Math.min(tree.levels.length * ROW, scroller.clientHeight);

        if (wide < 2 || tree.total === 0)
            return;
        canvas.style.width = wide + "px";
        drawOn(wide, high, window.devicePixelRatio || 1, scroller.scrollTop);
    }

    function redraw() {
        if (!pending)
            pending = requestAnimationFrame(draw);
    }

    /* On paper: all levels, sharp, in the light theme (which print's style sets), as wide
     * as an A4 sheet on its side without its margins. A canvas has a limit, and so has a
     * reader: what is deeper is cut. */
    const PAPER_WIDE = 1045, PAPER_HIGH = 8000, PAPER_DENSITY = 2;

    function beforePrint() {
        const high = Math.min(tree.levels.length * ROW, PAPER_HIGH);
        const theme = document.documentElement.dataset.theme || "";

        if (tree.total === 0)
            return;
        printing = true;
        document.documentElement.dataset.theme = "light";
        readColors();
        byId("spacer").style.height = "auto";
        drawOn(PAPER_WIDE, high, PAPER_DENSITY, 0);
        canvas.style.width = "100%";
        canvas.style.height = "auto";
        showLegend();
        if (theme)
            document.documentElement.dataset.theme = theme;
        else
            delete document.documentElement.dataset.theme;
    }

    function afterPrint() {
        printing = false;
        readColors();
        showLegend();
        size();
    }

    /* --- places on the canvas */

    function frameAt(event) {
        const box = canvas.getBoundingClientRect();
        const x = view.from + ((event.clientX - box.left) / box.width) * view.span;
        const depth = Math.floor((event.clientY - box.top + scroller.scrollTop) / ROW);
        const level = tree.levels[depth];

        if (!level || x < view.from || x >= view.from + view.span)
            return -1;
        const i = firstEndingAfter(level, x);

        return i < level.length && tree.left[level[i]] <= x ? level[i] : -1;
    }

    function size() {
        byId("spacer").style.height = tree.levels.length * ROW + "px";
        redraw();
    }

    function showDepth(depth) {
        const y = depth * ROW;

        if (y < scroller.scrollTop + ROW)
            scroller.scrollTop = y - 2 * ROW;
        else if (y > scroller.scrollTop + scroller.clientHeight - 2 * ROW)
            scroller.scrollTop = y - scroller.clientHeight + 3 * ROW;
    }

    /* --- zoom */

    function setView(from, span) {
        const start = view, began = performance.now();

        cancelAnimationFrame(animation);
        if (!hn.mayMove()) {
            view = { from, span };
            redraw();
            return;
        }
        function step(now) {
            const t = Math.min(1, Math.max(0, (now - began) / ZOOM_MS)), ease = 1 - (1 - t) ** 3;

            view = { from: start.from + (from - start.from) * ease,
                     span: start.span + (span - start.span) * ease };
            draw();
            if (t < 1)
                animation = requestAnimationFrame(step);
        }
        animation = requestAnimationFrame(step);
    }

    function zoom(id) {
        zoomed = id;
        setView(tree.left[id], tree.width[id]);
        showPath();
        showDetails();
    }

    /* The parents with a wider view; a child that fills its parent is no step of its own. */
    function zoomOut() {
        let id = zoomed;

        while (id > 0 && tree.width[id] === tree.width[zoomed])
            id = tree.parent[id];
        zoom(Math.max(id, 0));
    }

    function wheel(event) {
        if (!event.ctrlKey && !event.metaKey)
            return; /* an ordinary wheel scrolls */
        const box = canvas.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
        const span = Math.min(tree.total, Math.max(view.span * Math.exp(event.deltaY / 240),
                                                   Math.min(1, tree.total)));
        const from = view.from + at * (view.span - span);

        event.preventDefault();
        cancelAnimationFrame(animation);
        view = { from: Math.min(Math.max(0, from), tree.total - span), span };
        redraw();
    }

    const PATH_SHOWN = 6;

    function showPath() {
        const ids = [], nav = byId("path");

        for (let id = zoomed; id > 0; id = tree.parent[id])
            ids.push(id);
        ids.reverse();
        const left = ids.length > PATH_SHOWN ? ids.slice(-PATH_SHOWN) : ids;

        nav.replaceChildren();
        if (zoomed === 0) {
            nav.append(el("span", { "aria-current": "true" }, "all"),
                       el("span", null, (compared ? "" : samplesOf(tree.total, last) + ", ")
                           + count(tree.levels.length - 1) + " levels"
                           + (tree.cut ? ", outer callers left out" : "")));
            return;
        }
        nav.append(el("button", { type: "button", class: "plain", onclick: () => zoom(0) }, "all"));
        if (left.length < ids.length)
            nav.append("\u203a", el("span", null, "\u2026" + NBSP + count(ids.length - left.length)
                                    + NBSP + "frames"));
        for (const id of left) {
            nav.append("\u203a");
            nav.append(id === zoomed
                ? el("span", { "aria-current": "true" }, nameOf(id))
                : el("button", { type: "button", class: "plain", title: nameOf(id),
                                 onclick: () => zoom(id) }, nameOf(id)));
        }
    }

    /* --- what is said of a frame */

    /* "line 12 (60 %), 14 (40 %)": where in a function its time was. */
    function linesOf(id) {
        if (options.inverted || options.byLine || compared || id === 0 || itemOf(id).fn < 0)
            return "";
        const samples = lineSamples(id);
        const sorted = [...samples].sort((a, b) => b[1] - a[1]);
        const all = sorted.reduce((sum, [, n]) => sum + n, 0);
        const shown = sorted.filter(([line]) => line > 0).slice(0, 5)
            .map(([line, n]) => line + NBSP + "(" + percent(n, all) + ")");

        return shown.length ? "at line " + shown.join(", ")
            + (sorted.length > 5 ? " and others" : "") : "";
    }

    function lineSamples(id) {
        const found = new Map();

        for (const [line, samples] of tree.linesAt(id))
            found.set(line, (found.get(line) || 0) + samples);
        return found;
    }

    function figures(id) {
        if (compared)
            return changeFigures(id);
        const total = tree.width[id], rows = [];

        rows.push("total " + percent(total, tree.total) + "  \u00b7  " + samplesOf(total, last));
        if (!options.inverted)
            rows.push("self " + percent(tree.self[0][id], tree.total) + "  \u00b7  "
                      + samplesOf(tree.self[0][id], last));
        else if (id && itemOf(id).fn >= 0) {
            const row = tree.rows.get(itemOf(id).fn);

            rows.push("the function: self " + percent(row.self[0], tree.total) + ", total "
                      + percent(row.total[0], tree.total));
        }
        if (zoomed && id !== zoomed)
            rows.push(percent(total, tree.width[zoomed]) + " of " + nameOf(zoomed));
        return rows;
    }

    function changeFigures(id) {
        const [a, b] = [tree.value[0][id], tree.value[1][id]];
        const [all, allNow] = [tree.value[0][0], tree.value[1][0]];
        const points = 100 * (b / (allNow || 1) - a / (all || 1));

        return ["before " + percent(a, all) + "  \u00b7  " + samplesOf(a, data.profiles[0]),
                "after " + percent(b, allNow) + "  \u00b7  " + samplesOf(b, last),
                "change " + hn.signed(points, (n) => n.toFixed(2)) + " points of share"];
    }

    function showDetails() {
        const id = selected >= 0 ? selected : zoomed;
        const where = placeOf(id), lines = linesOf(id);

        byId("details").replaceChildren(
            el("div", null, el("div", { class: "name" }, nameOf(id)),
               el("div", { class: "place" }, [where, lines].filter(Boolean).join("   "))),
            el("div", { class: "figures" }, ...figures(id).map((row) => el("div", null, row))));
    }

    function select(id) {
        selected = id;
        if (id >= 0)
            showDepth(tree.depth[id]);
        showDetails();
        redraw();
    }

    function hover(event) {
        const id = frameAt(event);

        if (id !== hovered) {
            hovered = id;
            redraw();
        }
        if (id < 0) {
            tip.hidden = true;
            return;
        }
        hn.showTip(tip, event.clientX, event.clientY, el("strong", null, nameOf(id)),
                   el("div", { class: "place" }, placeOf(id)),
                   ...figures(id).map((row) => el("div", { class: "number" }, row)));
    }

    function unhover() {
        hovered = -1;
        tip.hidden = true;
        redraw();
    }

    /* --- search */

    function matcher() {
        search.bad = "";
        if (!search.text)
            return null;
        if (!search.regex) {
            const wanted = search.text.toLowerCase();

            return (text) => text.toLowerCase().includes(wanted);
        }
        try {
            const expression = new RegExp(search.text, "i");

            return (text) => expression.test(text);
        } catch (error) {
            search.bad = "not a regular expression";
            return null;
        }
    }

    /* 2: matches; 1: below a match. What is matched twice in one stack counts once. */
    function markMatches(matches) {
        const ofItem = tree.items.map((item) => item.thread !== null ? matches(item.thread)
            : matches(functions[item.fn].name) || matches(functions[item.fn].file));
        const matched = new Uint8Array(tree.size);
        let frames = 0, samples = 0;

        for (let id = 1; id < tree.size; id++) {
            const above = matched[tree.parent[id]];

            if (ofItem[tree.item[id]]) {
                matched[id] = 2;
                frames += tree.width[id] > 0;
                samples += above ? 0 : tree.width[id];
            } else if (above) {
                matched[id] = 1;
            }
        }
        search.matched = matched;
        return count(frames) + (frames === 1 ? " frame, " : " frames, ")
            + percent(samples, tree.total);
    }

    function findMatches() {
        const matches = matcher(), output = byId("matched");

        search.matched = null;
        output.textContent = matches ? markMatches(matches) : search.bad;
        output.classList.toggle("bad", Boolean(search.bad));
        byId("search-key").hidden = Boolean(search.text);
        showTable(matches);
        redraw();
    }

    function searchFor(text) {
        byId("search").value = search.text = text;
        findMatches();
    }

    /* The next match in the order of the drawing: level by level, left to right. */
    function nextMatch(step) {
        if (!search.matched)
            return;
        const order = tree.levels.flatMap((level) => [...level])
            .filter((id) => search.matched[id] === 2);
        const at = order.indexOf(selected);

        if (order.length === 0)
            return;
        const id = order[at < 0 ? (step > 0 ? 0 : order.length - 1)
                                : (at + step + order.length) % order.length];

        if (tree.left[id] < view.from || tree.left[id] + tree.width[id] > view.from + view.span)
            zoom(0);
        select(id);
    }

    /* --- the legend, and the list of functions */

    const LEGEND_SHOWN = 10;

    function legendItem(colors, text, onclick) {
        const marks = colors.map((one) => {
            const mark = el("i");

            mark.style.background = one;
            return mark;
        });

        return onclick ? el("button", { type: "button", class: "plain", onclick,
                                        title: "Search for " + text }, ...marks, text)
                       : el("span", null, ...marks, text);
    }

    /* Groups by the time in them alone: that of frames without their callees. */
    function showLegend() {
        const legend = byId("legend"), shares = new Map();

        legend.replaceChildren();
        if (compared) {
            const scale = [-1, -0.6, -0.2, 0, 0.2, 0.6, 1].map(colorOfChange);

            legend.append(el("span", { class: "scale" }, "gone ", legendItem(scale, ""), " new"));
            return;
        }
        for (let id = 1; id < tree.size; id++) {
            const group = groupOf(id), own = options.inverted
                ? (tree.depth[id] === 1 ? tree.width[id] : 0) : tree.self[0][id];

            if (group && own)
                shares.set(group, (shares.get(group) || 0) + own);
        }
        for (const [group, own] of [...shares].sort((a, b) => b[1] - a[1]).slice(0, LEGEND_SHOWN))
            legend.append(legendItem([colorOfGroup(group)], group + NBSP + NBSP
                                     + percent(own, tree.total)));
        if (options.color === "thread" && shares.size > 1)
            legend.append(legendItem([scheme.neutral], "several threads"));
    }

    function columns() {
        const of = (key, side) => (row) => row[key][side];
        const share = (title, key, side) => ({
            title, kind: "share", value: of(key, side),
            show: (row) => percent(row[key][side], tree.value[side][0]),
            share: (row) => row[key][side] / (tree.value[side][0] || 1),
        });
        const number = (title, key) => ({
            title, kind: "number", value: of(key, 0), show: (row) => count(row[key][0]),
        });
        const change = (title, key) => {
            const value = (row) => row[key][1] / (tree.value[1][0] || 1)
                - row[key][0] / (tree.value[0][0] || 1);

            return { title, kind: "number", value,
                     show: (row) => hn.signed(100 * value(row), (n) => n.toFixed(2)) };
        };
        const names = [
            { title: "Function", kind: "name", value: (row) => functions[row.fn].name,
              show: (row) => functions[row.fn].name,
              pick: (row) => searchFor(functions[row.fn].name) },
            { title: "Place", kind: "place",
              value: (row) => functions[row.fn].file,
              show: (row) => place(functions[row.fn].file, functions[row.fn].line) },
        ];

        return compared
            ? [change("\u0394 self", "self"), change("\u0394 total", "total"),
               share("Self before", "self", 0), share("Self after", "self", 1), ...names]
            : [share("Self", "self", 0), number(inBytes ? "Bytes" : "Samples", "self"),
               share("Total", "total", 0), number(inBytes ? "Bytes" : "Samples", "total"),
               ...names];
    }

    function showTable(matches) {
        const rows = [...tree.rows.values()].filter((row) => row.total[0] + row.total[1] > 0);
        const shown = matches ? rows.filter(({ fn }) =>
            matches(functions[fn].name) || matches(functions[fn].file)) : rows;

        byId("functions-about").textContent = (matches ? count(shown.length) + " of " : "")
            + count(rows.length) + (inBytes ? " lines. Self: it allocated itself; total: it was on the stack"
                : " functions. Self: it ran itself; total: it was on the stack")
            + (compared ? ". Changes in points of share." : ".");
        table.show(shown);
    }

    /* --- building anew when an option changes */

    function update() {
        tree = trees.build(options);
        if (!colorNumbers.module)
            chooseAllColors();
        selected = hovered = -1;
        zoomed = 0;
        cancelAnimationFrame(animation);
        view = { from: 0, span: tree.total || 1 };
        scroller.hidden = byId("details").hidden = tree.total === 0;
        byId("empty").hidden = tree.total > 0;
        byId("empty").textContent = "No samples"
            + (options.state || options.thread !== null ? " with this thread and state." : ".");
        showPath();
        showDetails();
        showLegend();
        findMatches();
        size();
    }

    function toggle(id, option) {
        const button = byId(id);

        button.onclick = () => {
            options[option] = !options[option];
            button.setAttribute("aria-pressed", options[option]);
            update();
        };
    }

    function choice(id, choices, set) {
        const select = byId(id);

        if (choices)
            select.append(...choices.map(([value, text]) => el("option", { value }, text)));
        select.onchange = () => {
            set(select.value);
            update();
        };
    }

    const numberOrNull = (value) => (value === "" ? null : Number(value));

    /* Threads that were sampled most come first. */
    function threadChoices() {
        const samples = new Map();

        for (let i = 0; i < last.counts.length; i += 4)
            samples.set(last.counts[i], (samples.get(last.counts[i]) || 0) + last.counts[i + 3]);
        return [...samples].sort((a, b) => b[1] - a[1])
            .map(([thread, n]) => [thread, profile.threadName(last, thread) + NBSP + "("
                                   + count(n) + ")"]);
    }

    const STATES = [[2, "on CPU"], [1, "has the GIL"], [4, "waits for the GIL"], [8, "idle"],
                    [16, "collects garbage"]];

    function stateChoices() {
        let seen = 0;

        for (let i = 2; i < last.counts.length; i += 4)
            seen |= last.counts[i];
        return STATES.filter(([bit]) => seen & bit);
    }

    function startControls() {
        const threads = compared ? [] : threadChoices(), states = stateChoices();
        const processes = compared || last.processes.length < 2 ? []
            : last.processes.map((process, i) => [i, profile.processName(process)]);

        choice("process", [["", "All processes"], ...processes],
               (value) => { options.process = numberOrNull(value); });
        choice("thread", [["", "All threads"], ...threads],
               (value) => { options.thread = numberOrNull(value); });
        choice("state", [["", "Any state"], ...states],
               (value) => { options.state = Number(value); });
        choice("color", null, (value) => { options.color = value; });
        choice("frames", null, (value) => { options.byLine = value === "line"; });
        choice("widths", null, (value) => { options.widths = value; });
        choice("scale", null, (value) => { options.scale = value; });
        toggle("split", "split");
        toggle("collapse", "collapse");
        toggle("inverted", "inverted");
        byId("process-label").hidden = processes.length === 0;
        byId("thread-label").hidden = byId("split").hidden = threads.length < 2;
        byId("state-label").hidden = states.length < 2;
        byId("color-label").hidden = compared;
        byId("widths-label").hidden = byId("scale-label").hidden = !compared;
        byId("help-diff").hidden = !compared;
    }

    function startSearch() {
        const input = byId("search"), regex = byId("regex");

        input.oninput = () => {
            search.text = input.value;
            findMatches();
        };
        input.onkeydown = (event) => {
            if (event.key === "Escape") {
                searchFor("");
                canvas.focus();
            } else if (event.key === "Enter") {
                nextMatch(event.shiftKey ? -1 : 1);
            } else {
                return;
            }
            event.stopPropagation();
            event.preventDefault();
        };
        regex.onclick = () => {
            search.regex = !search.regex;
            regex.setAttribute("aria-pressed", search.regex);
            findMatches();
        };
    }

    /* --- keys */

    function sibling(step) {
        const level = tree.levels[tree.depth[selected]];
        const next = level[level.indexOf(selected) + step];

        if (next !== undefined)
            select(next);
    }

    function widestChild() {
        const child = tree.children[tree.first[selected]];

        if (tree.first[selected] < tree.first[selected + 1] && tree.width[child] > 0)
            select(child);
    }

    const KEYS = {
        ArrowUp: () => tree.parent[selected] >= 0 && select(tree.parent[selected]),
        ArrowDown: widestChild,
        ArrowLeft: () => sibling(-1),
        ArrowRight: () => sibling(1),
        Enter: () => zoom(selected),
        " ": () => zoom(selected),
    };
    const KEYS_EVERYWHERE = {
        "/": () => { byId("search").focus(); byId("search").select(); },
        "?": () => byId("help").showModal(),
        i: () => byId("inverted").click(),
        n: () => nextMatch(1),
        N: () => nextMatch(-1),
        Home: () => zoom(0),
        Escape: () => (zoomed ? zoomOut() : search.text && searchFor("")),
    };

    function key(event) {
        const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);

        if (typing || event.ctrlKey || event.metaKey || event.altKey || byId("help").open)
            return;
        const onGraph = event.target === canvas && KEYS[event.key];
        const act = onGraph || KEYS_EVERYWHERE[event.key];

        if (!act || tree.total === 0)
            return;
        event.preventDefault();
        if (onGraph && selected < 0)
            select(zoomed); /* the first key shows where one is */
        else
            act();
    }

    /* --- pointer: a click zooms, a drag pans */

    function startPointer() {
        let drag = null;

        canvas.onpointerdown = (event) => {
            if (event.button === 0)
                drag = { x: event.clientX, from: view.from, moved: false };
        };
        canvas.onpointermove = (event) => {
            if (!drag || !(event.buttons & 1)) {
                hover(event);
                return;
            }
            const by = event.clientX - drag.x;

            if (!drag.moved && Math.abs(by) < 5)
                return;
            drag.moved = true;
            tip.hidden = true;
            cancelAnimationFrame(animation);
            view = { span: view.span, from: Math.min(Math.max(0, drag.from
                - (by / canvas.clientWidth) * view.span), tree.total - view.span) };
            redraw();
        };
        canvas.onpointerup = (event) => {
            const id = frameAt(event);

            if (drag && !drag.moved && id >= 0) {
                select(id);
                zoom(id);
            }
            drag = null;
        };
        canvas.onpointerleave = unhover;
        canvas.addEventListener("wheel", wheel, { passive: false });
    }

    /* What the command line asked for is where one begins. */
    function startAsAsked() {
        options.byLine = data.by === "line";
        options.split = data.by === "thread" && !compared;
        byId("frames").value = options.byLine ? "line" : "function";
        byId("split").setAttribute("aria-pressed", options.split);
    }

    function start() {
        profile.showHeader(compared ? "Flame graph, before and after"
                           : last.unit === "bytes" ? "Flame graph of memory" : "Flame graph");
        readColors();
        table = hn.table(byId("functions"), columns(), 0);
        startControls();
        startAsAsked();
        startSearch();
        startPointer();
        byId("help-button").onclick = () => byId("help").showModal();
        document.addEventListener("keydown", key);
        scroller.addEventListener("scroll", redraw, { passive: true });
        new ResizeObserver(redraw).observe(scroller);
        hn.themeWatchers.push(() => {
            readColors();
            showLegend();
            redraw();
        });
        addEventListener("beforeprint", beforePrint);
        addEventListener("afterprint", afterPrint);
        update();
    }

    start();
})();
