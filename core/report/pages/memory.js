/* Memory over time: a line for each process, a readout that follows pointer and keys,
 * and below it the lines of source at which memory grew. */
"use strict";

(() => {
    const { byId, el, bytes, seconds, count, NBSP } = hn;
    const { functions, last, place } = profile;

    const LEFT = 74, RIGHT = 18, TOP = 14, BOTTOM = 30; /* around the plot, in pixels */
    const SERIES = 6;                                   /* colours */

    const SVG = "http://www.w3.org/2000/svg";
    const plot = byId("plot");
    let series, svg, cursor, at = -1;

    function shape(name, attributes, text) {
        const element = document.createElementNS(SVG, name);

        for (const [key, value] of Object.entries(attributes))
            element.setAttribute(key, value);
        if (text !== undefined)
            element.textContent = text;
        return element;
    }

    /* --- the data: for each process its points, in the order of time */

    function readSeries() {
        const found = last.processes.map((process, i) => ({
            name: profile.processName(process), points: [], color: i % SERIES,
        }));

        for (let i = 0; i < last.resident.length; i += 3)
            found[last.resident[i + 1]].points.push([last.resident[i] / 1e6, last.resident[i + 2]]);
        return found.filter((one) => one.points.length > 0);
    }

    const largest = (one) => one.points.reduce((most, [, size]) => Math.max(most, size), 0);

    /* --- axes: steps that people count in, about @wanted of them */

    function stepOf(range, wanted, bases, unit) {
        let step = unit;

        while (step * bases[bases.length - 1] * wanted < range)
            step *= bases[bases.length - 1];
        for (const base of bases)
            if (step * base * wanted >= range)
                return step * base;
        return step;
    }

    /* 1, 2, 5, 10 of a unit of 1,024; "1000 MiB" is never shown. */
    function byteStep(range) {
        let unit = 1;

        while (range / unit >= 1024 * 1.2)
            unit *= 1024;
        return stepOf(range, 6, [1, 2, 2.5, 5, 10], unit / 1000);
    }

    function secondStep(range) {
        if (range <= 120)
            return stepOf(range, 8, [1, 2, 5, 10], 1e-6);
        for (const step of [30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400])
            if (range / step <= 9)
                return step;
        return stepOf(range, 8, [1, 2, 5, 10], 86400);
    }

    function clock(value, step) {
        if (step < 1)
            return value.toFixed(Math.min(6, Math.ceil(-Math.log10(step)))) + NBSP + "s";
        if (step < 30)
            return Math.round(value) + NBSP + "s";
        const hours = Math.floor(value / 3600), minutes = Math.floor(value / 60) % 60;
        const two = (number) => String(number).padStart(2, "0");

        return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(Math.round(value % 60));
    }

    /* --- drawing */

    let scale; /* { x(seconds), y(bytes), seconds(x), wide, high, end } */

    function makeScale() {
        const wide = Math.max(240, plot.clientWidth - parseFloat(getComputedStyle(plot).paddingLeft)
                              - parseFloat(getComputedStyle(plot).paddingRight));
        const high = parseFloat(getComputedStyle(svg).height) || 340;
        const end = Math.max(last.seconds, ...series.map((one) =>
            one.points[one.points.length - 1][0])) || 1;
        const most = Math.max(1, ...series.map(largest)), step = byteStep(most);
        const top = Math.ceil((most * 1.02) / step) * step;

        scale = {
            wide, high, end, step, top,
            x: (time) => LEFT + (time / end) * (wide - LEFT - RIGHT),
            y: (size) => high - BOTTOM - (size / top) * (high - TOP - BOTTOM),
            seconds: (x) => ((x - LEFT) / (wide - LEFT - RIGHT)) * end,
        };
    }

    function drawAxes() {
        const { x, y, wide, end, step, top } = scale;
        const times = secondStep(end * Math.max(1, 640 / wide));

        for (let size = 0; size <= top * 1.001; size += step) {
            svg.append(shape("line", { class: size ? "grid" : "axis", x1: LEFT, x2: wide - RIGHT,
                                       y1: y(size), y2: y(size) }),
                       shape("text", { x: LEFT - 9, y: y(size) + 4, "text-anchor": "end" },
                             bytes(size).replace(/\.0+(?=\D)/, "")));
        }
        for (let i = 0; i * times <= end * 1.001; i++) {
            svg.append(shape("line", { class: "axis", x1: x(i * times), x2: x(i * times),
                                       y1: y(0), y2: y(0) + 5 }),
                       shape("text", { x: x(i * times), y: y(0) + 20, "text-anchor": "middle" },
                             clock(i * times, times)));
        }
    }

    /* More points than pixels add nothing but the highest and lowest of each pixel. */
    function thinned(points) {
        const kept = [];
        let column = -1, low, high, final;

        function flush() {
            if (column >= 0)
                kept.push(...[...new Set([low, high, final])].sort((a, b) => a[0] - b[0]));
        }
        for (const point of points) {
            const here = Math.floor(scale.x(point[0]));

            if (here !== column) {
                flush();
                column = here;
                low = high = point;
            }
            low = point[1] < low[1] ? point : low;
            high = point[1] > high[1] ? point : high;
            final = point;
        }
        flush();
        return kept;
    }

    function drawSeries(one) {
        const points = thinned(one.points);
        const path = "M" + points.map(([time, size]) =>
            scale.x(time).toFixed(1) + " " + scale.y(size).toFixed(1)).join("L");
        const color = "var(--series-" + one.color + ")";
        const line = shape("path", { class: "series", d: path });

        line.style.stroke = color;
        if (series.length === 1) {
            const area = shape("path", { class: "area", d: path
                + "L" + scale.x(points[points.length - 1][0]) + " " + scale.y(0)
                + "L" + scale.x(points[0][0]) + " " + scale.y(0) + "Z" });

            area.style.fill = color;
            svg.append(area);
        }
        svg.append(line);
    }

    function draw() {
        svg.replaceChildren();
        makeScale();
        svg.setAttribute("viewBox", "0 0 " + scale.wide + " " + scale.high);
        drawAxes();
        series.forEach(drawSeries);
        cursor = shape("g", {});
        svg.append(cursor);
        showAt(at);
    }

    /* --- the readout */

    /* The last point of @one at or before @time; null before its first. */
    function pointAt(one, time) {
        let low = 0, high = one.points.length;

        while (low < high) {
            const middle = (low + high) >> 1;

            if (one.points[middle][0] <= time)
                low = middle + 1;
            else
                high = middle;
        }
        return low ? one.points[low - 1] : null;
    }

    function showPeaks() {
        byId("readout").replaceChildren(...series.slice(0, 4).flatMap((one) => {
            const first = one.points[0][1], end = one.points[one.points.length - 1][1];

            return [el("span", null, series.length > 1 ? one.name.split("  ")[0] + ": " : "",
                       el("strong", null, bytes(first)), " at first, ",
                       el("strong", null, bytes(largest(one))), " at most, ",
                       el("strong", null, bytes(end)), " at the end (",
                       hn.signed(end - first, bytes), ")   ")];
        }));
    }

    function showAt(time) {
        at = time;
        cursor.replaceChildren();
        if (time < 0) {
            showPeaks();
            return;
        }
        const words = [el("strong", null, seconds(time))];

        cursor.append(shape("line", { class: "cursor", x1: scale.x(time), x2: scale.x(time),
                                      y1: TOP, y2: scale.y(0) }));
        for (const one of series) {
            const point = pointAt(one, time);

            if (!point)
                continue;
            const dot = shape("circle", { class: "dot", r: 4.5, cx: scale.x(time),
                                          cy: scale.y(point[1]) });

            dot.style.fill = "var(--series-" + one.color + ")";
            cursor.append(dot);
            words.push("   " + (series.length > 1 ? one.name.split("  ")[0] + " " : ""),
                       el("strong", null, bytes(point[1])),
                       " (" + hn.signed(point[1] - one.points[0][1], bytes) + ")");
        }
        byId("readout").replaceChildren(...words);
    }

    function follow(event) {
        const box = svg.getBoundingClientRect();
        const time = scale.seconds(((event.clientX - box.left) / box.width) * scale.wide);

        showAt(Math.min(scale.end, Math.max(0, time)));
    }

    function key(event) {
        const step = scale.end / (event.shiftKey ? 10 : 100);
        const moves = { ArrowLeft: at - step, ArrowRight: at < 0 ? 0 : at + step, Home: 0,
                        End: scale.end, Escape: -1 };

        if (!(event.key in moves))
            return;
        event.preventDefault();
        showAt(event.key === "Escape" ? -1 : Math.min(scale.end, Math.max(0, moves[event.key])));
    }

    function startPlot() {
        const name = "Resident memory over time. Left and right arrow keys read it out.";

        svg = shape("svg", { tabindex: "0", role: "application", "aria-label": name });
        plot.append(svg);
        svg.addEventListener("pointermove", follow);
        svg.addEventListener("pointerleave", () => showAt(-1));
        svg.addEventListener("keydown", key);
        draw();
        new ResizeObserver(draw).observe(plot);
        addEventListener("beforeprint", () => showAt(-1));
        if (series.length < 2)
            return;
        for (const one of series) {
            const mark = el("i");

            mark.style.background = "var(--series-" + one.color + ")";
            byId("legend").append(el("span", null, mark, one.name));
        }
    }

    /* --- lines by growth: the line itself, and with all that it called */

    function lines() {
        const rows = new Map();

        function row(node) {
            const frame = last.frameOf[node], fn = last.functionOf[frame];
            const line = last.lineOf[frame], name = fn + ":" + line;

            if (!rows.has(name))
                rows.set(name, { fn, line, self: 0, total: 0, samples: 0, seen: -1 });
            return rows.get(name);
        }
        for (let i = 0; i < last.growth.length; i += 4) {
            const node = last.growth[i + 1], size = last.growth[i + 2];

            if (node) {
                row(node).self += size;
                row(node).samples += last.growth[i + 3];
            }
            for (let up = node; up !== 0; up = last.parentOf[up]) {
                const one = row(up);

                if (one.seen !== i) /* a line that is on the stack twice counts once */
                    one.total += size;
                one.seen = i;
            }
        }
        return [...rows.values()];
    }

    function startTable() {
        const rows = lines(), most = rows.reduce((size, row) => Math.max(size, row.self), 1);
        const name = (row) => functions[row.fn].name;
        const table = hn.table(byId("growth"), [
            { title: "Growth", kind: "share", value: (row) => row.self,
              show: (row) => hn.signed(row.self, bytes),
              share: (row) => Math.max(0, row.self / most) },
            { title: "With callees", kind: "number", value: (row) => row.total,
              show: (row) => hn.signed(row.total, bytes) },
            { title: "Samples", kind: "number", value: (row) => row.samples,
              show: (row) => count(row.samples) },
            { title: "Function", kind: "name", value: name, show: name },
            { title: "Line", kind: "place", value: (row) => functions[row.fn].file,
              show: (row) => place(functions[row.fn].file, row.line) },
        ], 0);
        const grown = rows.reduce((sum, row) => sum + row.self, 0);

        byId("growth-about").textContent = rows.length === 0
            ? "No growth could be attributed to a line."
            : hn.signed(grown, bytes) + " in " + count(rows.length)
              + " lines, of samples in which one thread alone ran Python. Growth: the line ran"
              + " itself. Samples: at how many memory had changed.";
        table.show(rows);
    }

    profile.showHeader("Memory");
    series = readSeries();
    byId("empty").hidden = series.length > 0;
    plot.hidden = byId("readout").hidden = series.length === 0;
    if (series.length)
        startPlot();
    startTable();
})();
