/* The heap: suspects, the bar and table of the ledger, the map of what keeps what alive,
 * types, and repeated strings. */
"use strict";

(() => {
    const { byId, el, count, percent, bytes, hash, NBSP } = hn;

    /* Names and values are the target's. They are text here whatever they are; what would
     * turn that text around, or not be seen in it, is written out. */
    const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

    function clean(value) {
        if (typeof value === "string")
            return value.replace(UNSEEN, (c) =>
                "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
        if (Array.isArray(value))
            return value.map(clean);
        if (value && typeof value === "object")
            return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, clean(v)]));
        return value;
    }

    const data = clean(hn.data);
    const { target, ledger, types, strings } = data;
    const plural = (number, one) => count(number) + NBSP + one + (number === 1 ? "" : "s");

    /* --- header */

    function showHeader() {
        const name = target.core ? "core " + target.core.split("/").pop() : "process " + target.pid;
        const when = new Date(1000 * (target.core ? target.time : data.made));

        document.title = "Heap of " + name;
        byId("title").textContent = "Heap of " + name;
        byId("when").textContent = when.toLocaleString();
        byId("command").textContent = target.arguments.length ? target.arguments.join(" ")
                                                              : target.executable;
        hn.showFacts([
            [ledger.kind, bytes(ledger.total), "", false],
            ["objects", count(types.objects), bytes(types.allocated), false],
            ["unaccounted", percent(ledger.unaccounted, ledger.total), "",
             ledger.unaccounted > 0.02 * ledger.total],
            ["Python", target.version, "", false],
            ["allocator", target.allocator, "", false],
            ["C allocator", ledger.c_allocator, "", false],
        ]);
        const notes = target.missing.slice();

        if (target.signal)
            notes.unshift("The process was ended by " + target.signal + ".");
        if (!target.consistent)
            notes.unshift("The process ran while it was read: sums need not fit.");
        if (!data.treemap)
            notes.push("What keeps what alive could not be found out.");
        hn.showNotes(notes);
    }

    /* --- suspects */

    function made(parts) {
        return parts.slice(0, 4).map((part) =>
            count(part.count) + NBSP + part.type + " (" + bytes(part.bytes) + ")").join(", ");
    }

    function sentence(suspect, whole) {
        const object = suspect.object;
        const keeps = [el("strong", null, bytes(suspect.bytes)), " (",
                       percent(suspect.bytes, whole), ") in " + plural(suspect.objects, "object")];

        switch (suspect.kind) {
        case "object":
            return ["One " + (object.description || object.type) + " keeps ", ...keeps, " alive."];
        case "type":
            return [count(suspect.objects) + " objects of type "
                    + (object ? object.type : suspect.made_of[0].type)
                    + ", which no single object holds, take ", el("strong", null, bytes(suspect.bytes)),
                    " (", percent(suspect.bytes, whole), ")."];
        case "garbage":
            return ["Cycles that the collector has not freed take ", ...keeps, "."];
        default:
            return ["Objects that C code lost a reference to keep ", ...keeps, " alive."];
        }
    }

    function showSuspects() {
        const found = data.suspects ? data.suspects.suspects : [];

        if (found.length === 0) {
            byId("suspects-about").textContent = data.suspects
                ? "None: nothing that is no code keeps more than "
                  + bytes(data.suspects.threshold) + " alive."
                : "They could not be looked for.";
            return;
        }
        byId("suspects-about").textContent = "Where memory piles up. A cache that is meant to be"
            + " large is named, too: it is for you to judge.";
        for (const suspect of found) {
            const facts = el("dl", null);
            const fact = (word, value, code) => value && facts.append(
                el("dt", null, word), el("dd", null, code ? el("code", null, value) : value));

            fact("path", suspect.path, true);
            fact("held by", suspect.root, false);
            fact("made of", made(suspect.made_of), false);
            fact("object", suspect.object && suspect.object.address, true);
            for (const line of suspect.lines.slice(0, 5))
                fact("allocated by", line.file + ":" + line.line + "  " + bytes(line.bytes), true);
            byId("suspects").append(el("li", null,
                el("p", { class: "what" }, ...sentence(suspect, data.suspects.bytes)), facts));
        }
    }

    /* --- the ledger */

    const COLORS = {
        objects: "--use-0", buffers: "--use-1", other_blocks: "--use-2", free_lists: "--free-2",
        free_blocks: "--free-0", free_pools: "--free-1", malloc_free: "--free-0",
        malloc_used: "--use-2", interpreter: "--rest-0", bookkeeping: "--rest-1",
        mappings: "--rest-0", stacks: "--rest-1", data: "--rest-2", files: "--rest-3",
        unaccounted: "--odd",
    };
    const colorOf = (row) => "var(" + (COLORS[row.key] || "--rest-1") + ")";

    function showBar(rows) {
        byId("bar").setAttribute("aria-label", rows.map((row) =>
            row.name + ": " + percent(row.bytes, ledger.total)).join("; "));
        for (const row of rows) {
            const piece = el("span", { title: row.name + ": " + bytes(row.bytes) });

            piece.style.flex = row.bytes + " 1 0";
            piece.style.background = colorOf(row);
            row.piece = piece;
            byId("bar").append(piece);
        }
    }

    function ledgerRow(row) {
        const swatch = el("i", { class: "swatch" }), parts = row.parts || [];
        const name = el("td", { class: "name" }, swatch);
        const line = el("tr", null, name, el("td", { class: "number" }, bytes(row.bytes)),
                        el("td", { class: "number" }, percent(row.bytes, ledger.total)),
                        el("td", { class: "number" }, row.count ? count(row.count) : ""));
        const below = parts.map((part) => el("tr", { class: "part", hidden: true },
            el("td", null, part.name), el("td", { class: "number" }, bytes(part.bytes)),
            el("td", null, ""), el("td", { class: "number" }, part.count ? count(part.count) : "")));

        swatch.style.background = colorOf(row);
        if (below.length) {
            const button = el("button", { type: "button", class: "plain", "aria-expanded": "false" },
                              row.name);

            button.onclick = () => {
                const open = button.getAttribute("aria-expanded") !== "true";

                button.setAttribute("aria-expanded", String(open));
                for (const part of below)
                    part.hidden = !open;
            };
            name.append(button);
        } else {
            name.append(row.name);
        }
        line.onmouseenter = () => row.piece.classList.add("lit");
        line.onmouseleave = () => row.piece.classList.remove("lit");
        return [line, ...below];
    }

    function showPins() {
        const { arenas } = ledger;

        if (!arenas.nearly_empty)
            return;
        byId("pins").append(el("p", null, plural(arenas.nearly_empty, "arena") + " of "
            + count(arenas.count) + " of Python's allocator "
            + (arenas.nearly_empty === 1 ? "is" : "are") + " nearly empty; what is in use there keeps "
            + bytes(arenas.pinned_bytes) + " from going back:"),
            el("ul", null, ...arenas.pins.map((pin) => el("li", null, el("code", null, pin.address),
                ", " + bytes(pin.free_bytes) + " free, " + plural(pin.blocks, "block")
                + " in use: ", el("code", null, pin.holders)))));
    }

    function showLedger() {
        const rows = ledger.rows.filter((row) => row.bytes > 0 || row.key === "unaccounted");
        const head = ["what", "size", "share", "count"].map((title, i) =>
            el("th", { scope: "col", class: i ? "number" : "name" }, title));
        let about = bytes(ledger.total) + " " + ledger.kind
            + ". Every byte of it is in one row; a row with a mark opens.";

        if (ledger.absent)
            about += " " + bytes(ledger.absent) + " more were mapped and are not in the core.";
        if (ledger.swapped)
            about += " " + bytes(ledger.swapped) + " more are swapped out.";
        byId("ledger-about").textContent = about;
        showBar(rows.filter((row) => row.bytes > 0));
        for (const row of rows)
            row.piece = row.piece || el("span");
        byId("ledger").append(el("div", { class: "wide" }, el("table", null,
            el("thead", null, el("tr", null, ...head)),
            el("tbody", null, ...rows.flatMap(ledgerRow), el("tr", { class: "total" },
                el("td", null, "together"), el("td", { class: "number" }, bytes(ledger.total)),
                el("td", null, ""), el("td", null, ""))))));
        showPins();
    }

    /* --- the map */

    const PARENT = 0, TYPE = 1, REPR = 2, ADDRESS = 3, COUNT = 4, OWN = 5, RETAINED = 6;
    const LABEL = 18, EDGE = 3, SMALLEST = 10; /* pixels */
    let nodes, children, shown = 0;

    function readTree() {
        nodes = data.treemap.nodes;
        children = nodes.map(() => []);
        nodes.forEach((node, i) => i && children[node[PARENT]].push(i));
        for (const list of children)
            list.sort((a, b) => nodes[b][RETAINED] - nodes[a][RETAINED]);
    }

    const isMany = (node) => node[ADDRESS] === "0x0";

    function nameOf(index) {
        const node = nodes[index];

        if (index === 0)
            return "everything";
        return isMany(node) && node[COUNT] > 1 ? count(node[COUNT]) + NBSP + node[TYPE] : node[TYPE];
    }

    /* Types have colours of their own; the lightness says how deep an area lies. */
    function paint(area, index, depth) {
        const hue = hash(nodes[index][TYPE]) % 360, dark = hn.theme() === "dark";
        const light = dark ? 27 + 7 * depth : 86 - 7 * depth;

        area.style.setProperty("--fill", "hsl(" + hue + " " + (dark ? 32 : 52) + "% " + light + "%)");
        area.style.setProperty("--ink", dark ? "#f2f5f8" : "#14181d");
    }

    function tell(index) {
        const node = nodes[index], whole = nodes[0][RETAINED];
        const lines = [el("strong", null, nameOf(index)), " keeps ", el("strong", null,
            bytes(node[RETAINED])), " alive (" + percent(node[RETAINED], whole) + "), "
            + bytes(node[OWN]) + " its own"];

        if (!isMany(node))
            lines.push(", at " + node[ADDRESS]);
        if (node[REPR])
            lines.push(" ", el("code", null, node[REPR]));
        byId("readout").replaceChildren(...lines);
    }

    function putArea(index, x, y, wide, high, depth, place) {
        const inside = depth === 0 && children[index].length > 0;
        /* No button: those put their text in the middle, where the inner areas are. */
        const area = el("div", {
            class: "area" + (depth ? " inner" : "") + (inside ? "" : " leaf"),
        });

        Object.assign(area.style, { left: x + "px", top: y + "px", width: wide + "px",
                                    height: high + "px" });
        paint(area, index, depth);
        if (wide > 34 && high > LABEL - 4)
            area.append(nameOf(index), " ", el("span", { class: "size" },
                                               bytes(nodes[index][RETAINED])));
        if (depth === 0) {
            area.tabIndex = 0;
            area.setAttribute("role", inside ? "button" : "img");
            area.setAttribute("aria-label", nameOf(index) + ", " + bytes(nodes[index][RETAINED])
                              + (inside ? ", has more inside" : ""));
            area.dataset.node = index;
            area.onclick = () => inside && go(index);
            area.onmouseenter = area.onfocus = () => tell(index);
        } else {
            area.setAttribute("aria-hidden", "true");
        }
        place.append(area);
    }

    function layOut(index, x, y, wide, high, depth, place) {
        const items = children[index].filter((child) => nodes[child][RETAINED] > 0)
            .map((child) => ({ node: child, value: nodes[child][RETAINED] }));
        const listed = items.reduce((sum, item) => sum + item.value, 0);
        const rest = nodes[index][RETAINED] - listed;

        if (items.length === 0 || wide < SMALLEST || high < SMALLEST)
            return;
        /* What the object is itself, and what is too small to be listed, stays bare. */
        if (rest > 0)
            items.push({ node: -1, value: rest });
        items.sort((a, b) => b.value - a.value);
        treemap.layout(items, x, y, wide, high, (item, left, top, width, height) => {
            if (item.node < 0 || width < 2 || height < 2)
                return;
            putArea(item.node, left, top, width, height, depth, place);
            if (depth < 2)
                layOut(item.node, left + EDGE, top + LABEL, width - 2 * EDGE,
                       height - LABEL - EDGE, depth + 1, place);
        });
    }

    function drawMap() {
        const map = byId("map"), trail = [];

        map.replaceChildren();
        layOut(shown, 0, 0, map.clientWidth, map.clientHeight, 0, map);
        if (children[shown].length === 0)
            map.append(el("p", { class: "list calm" }, "Nothing is large enough to be seen here."));
        for (let at = shown; ; at = nodes[at][PARENT]) {
            trail.unshift(at);
            if (at === 0)
                break;
        }
        byId("trail").replaceChildren(...trail.flatMap((at, i) => [
            ...(i ? [el("span", null, "\u203a")] : []),
            el("button", { type: "button", class: "plain", onclick: () => go(at) },
               nameOf(at) + " " + bytes(nodes[at][RETAINED])),
        ]));
    }

    function go(index) {
        const from = shown;

        shown = index;
        drawMap();
        tell(index);
        const areas = [...byId("map").querySelectorAll(".area:not(.inner)")];

        (areas.find((area) => Number(area.dataset.node) === from) || areas[0] || byId("trail")
            .lastElementChild).focus({ preventScroll: true });
    }

    /* The area whose middle is nearest in the direction of the key. */
    function neighbour(from, key) {
        const middle = (area) => {
            const box = area.getBoundingClientRect();

            return [box.x + box.width / 2, box.y + box.height / 2];
        };
        const [x, y] = middle(from);
        const across = key === "ArrowLeft" || key === "ArrowRight";
        const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
        let best = null, least = Infinity;

        for (const area of byId("map").querySelectorAll(".area:not(.inner)")) {
            const [ax, ay] = middle(area);
            const ahead = sign * (across ? ax - x : ay - y), aside = Math.abs(across ? ay - y : ax - x);

            if (ahead > 1 && ahead + 2 * aside < least) {
                least = ahead + 2 * aside;
                best = area;
            }
        }
        return best;
    }

    function onKey(event) {
        if (event.key === "Escape" && shown !== 0) {
            go(nodes[shown][PARENT]);
        } else if ((event.key === "Enter" || event.key === " ") && event.target.dataset.node) {
            event.target.click();
        } else if (event.key.startsWith("Arrow") && event.target.dataset.node) {
            const next = neighbour(event.target, event.key);

            if (next)
                next.focus({ preventScroll: true });
        } else {
            return;
        }
        event.preventDefault();
    }

    function startMap() {
        if (!data.treemap || data.treemap.nodes.length < 2) {
            byId("map-section").hidden = true;
            return;
        }
        readTree();
        drawMap();
        byId("map-section").addEventListener("keydown", onKey);
        new ResizeObserver(() => {
            const focused = document.activeElement && document.activeElement.dataset.node;

            drawMap();
            if (focused) {
                const area = byId("map").querySelector('[data-node="' + focused + '"]');

                if (area)
                    area.focus({ preventScroll: true });
            }
        }).observe(byId("map"));
        hn.themeWatchers.push(drawMap);
        addEventListener("beforeprint", drawMap);
    }

    /* --- types and strings */

    function startTypes() {
        const all = types.types;
        const shownTypes = hn.table(byId("types"), [
            { title: "Type", kind: "name", value: (row) => row.type, show: (row) => row.type },
            { title: "Count", kind: "number", value: (row) => row.count,
              show: (row) => count(row.count) },
            { title: "Size", kind: "share", value: (row) => row.bytes,
              show: (row) => bytes(row.bytes), share: (row) => row.bytes / (types.bytes || 1) },
            { title: "Memory it takes", kind: "number", value: (row) => row.allocated,
              show: (row) => bytes(row.allocated) },
            { title: "Share", kind: "number", value: (row) => row.allocated,
              show: (row) => percent(row.allocated, types.allocated) },
        ], 2);

        byId("types-about").textContent = plural(types.objects, "live object") + ", "
            + bytes(types.bytes) + " as sys.getsizeof() counts, " + bytes(types.allocated)
            + " with what the allocator rounds up.";
        byId("filter").oninput = () => {
            const wanted = byId("filter").value.toLowerCase();

            shownTypes.show(all.filter((row) => row.type.toLowerCase().includes(wanted)));
        };
        shownTypes.show(all);
    }

    function startStrings() {
        byId("strings-about").textContent = plural(strings.strings, "string") + ", "
            + bytes(strings.bytes) + "; " + plural(strings.repeated, "text")
            + " exist more than once, one of each would save " + bytes(strings.saved) + ".";
        if (strings.texts.length === 0)
            return;
        hn.table(byId("strings"), [
            { title: "Text", kind: "repr", value: (row) => row.repr, show: (row) => row.repr },
            { title: "Copies", kind: "number", value: (row) => row.count,
              show: (row) => count(row.count) },
            { title: "Each", kind: "number", value: (row) => row.size,
              show: (row) => bytes(row.size) },
            { title: "Could be saved", kind: "share", value: (row) => row.saved,
              show: (row) => bytes(row.saved),
              share: (row) => row.saved / (strings.texts[0].saved || 1) },
        ], 3).show(strings.texts);
    }

    showHeader();
    showSuspects();
    showLedger();
    startMap();
    startTypes();
    startStrings();
    hn.startTheme();
})();
