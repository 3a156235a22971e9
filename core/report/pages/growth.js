/* What changed between moments of the heap: the sentence, a plot of the types that grew
 * most over the moments, and the tables. The data is the result of py-snapshot diff. */
"use strict";

(() => {
    const { data, byId, el, bytes, count } = hn;
    const LEFT = 74, RIGHT = 18, TOP = 14, BOTTOM = 34; /* around the plot, in pixels */
    const SERIES = 6;                                   /* colours, and lines */
    const SVG = "http://www.w3.org/2000/svg";

    const moments = data.moments;
    const last = moments.length - 1;
    const placeOf = (row, key) => {
        const frames = row[key] || [], frame = frames[frames.length - 1];

        return frame ? frame.file + ":" + frame.line : "";
    };
    const nameOf = (row) => row.type || row.path || placeOf(row, "traceback");

    function shape(name, attributes, text) {
        const element = document.createElementNS(SVG, name);

        for (const [key, value] of Object.entries(attributes))
            element.setAttribute(key, value);
        if (text !== undefined)
            element.textContent = text;
        return element;
    }

    /* --- the plot: moments by their time, or evenly where it is not known */

    function timesOf() {
        const times = moments.map((moment) => (moment.time_ns || 0) / 1e9);
        const known = times.every((time, i) => time > 0 && (i === 0 || time >= times[i - 1]));

        return known && times[last] > times[0] ? times.map((time) => time - times[0])
            : moments.map((_, i) => i);
    }

    function stepOf(range) {
        let unit = 1;

        while (range / unit >= 1024 * 1.2)
            unit *= 1024;
        for (const base of [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 200, 250, 500])
            if (unit * base * 6 >= range)
                return unit * base;
        return unit * 500;
    }

    function drawPlot(rows) {
        const plot = byId("plot"), wide = Math.max(300, plot.clientWidth - 40), high = 340;
        const svg = shape("svg", { viewBox: "0 0 " + wide + " " + high, role: "img",
                                   "aria-label": "Memory by type over the moments" });
        const times = timesOf(), end = times[last] || 1;
        const most = Math.max(1, ...rows.flatMap((row) => row.sizes));
        const step = stepOf(most), top = Math.ceil((most * 1.02) / step) * step;
        const x = (time) => LEFT + (time / end) * (wide - LEFT - RIGHT);
        const y = (size) => high - BOTTOM - (size / top) * (high - TOP - BOTTOM);

        for (let size = 0; size <= top * 1.001; size += step)
            svg.append(shape("line", { class: size ? "grid" : "axis", x1: LEFT, x2: wide - RIGHT,
                                       y1: y(size), y2: y(size) }),
                       shape("text", { x: LEFT - 9, y: y(size) + 4, "text-anchor": "end" },
                             bytes(size).replace(/\.0+(?=\D)/, "")));
        times.forEach((time, i) => {
            svg.append(shape("line", { class: "axis", x1: x(time), x2: x(time),
                                       y1: y(0), y2: y(0) + 5 }));
            if (last < 12 || i % Math.ceil(last / 10) === 0)
                svg.append(shape("text", { x: x(time), y: y(0) + 20, "text-anchor": "middle" },
                                 String(i + 1)));
        });
        rows.forEach((row, i) => {
            const color = "var(--series-" + i + ")";
            const points = row.sizes.map((size, k) => x(times[k]).toFixed(1) + ","
                                         + y(size).toFixed(1));
            const line = shape("polyline", { class: "series", points: points.join(" ") });
            const mark = el("i");

            line.style.stroke = color;
            mark.style.background = color;
            svg.append(line);
            row.sizes.forEach((size, k) => {
                const dot = shape("circle", { class: "dot", r: 4, cx: x(times[k]), cy: y(size) });

                dot.style.fill = color;
                dot.append(shape("title", {}, nameOf(row) + ", moment " + (k + 1) + ": "
                                 + bytes(size) + " in " + count(row.counts[k])));
                svg.append(dot);
            });
            byId("legend").append(el("span", null, mark, nameOf(row)));
        });
        plot.replaceChildren(svg);
    }

    /* --- the tables */

    function showTable(title, rows, more) {
        const section = el("section", { class: "list" }, el("h2", null, title)), at = el("div");
        const most = rows.reduce((size, row) => Math.max(size, row.bytes), 1);
        const columns = [
            { title: "Growth", kind: "share", value: (row) => row.bytes,
              show: (row) => hn.signed(row.bytes, bytes),
              share: (row) => Math.max(0, row.bytes / most) },
            { title: "Net", kind: "number", value: (row) => row.net,
              show: (row) => hn.signed(row.net, count) },
        ];

        if (rows.some((row) => row.new !== undefined))
            columns.push(
                { title: "New", kind: "number", value: (row) => row.new,
                  show: (row) => count(row.new) },
                { title: "Gone", kind: "number", value: (row) => row.gone,
                  show: (row) => count(row.gone) });
        columns.push(...more);
        section.append(at);
        byId("rows").append(section);
        hn.table(at, columns, 0).show(rows);
    }

    function showTables() {
        const text = (title, kind, value) => ({ title, kind, value, show: value });

        if (data.types.length)
            showTable("Types", data.types, [
                text("Type", "name", nameOf),
                text("Held by", "place", (row) => row.held_by || ""),
                text("Allocated at", "place", (row) => placeOf(row, "allocated_at")),
            ]);
        if (data.sites.length)
            showTable("Lines", data.sites, [text("Line", "place", nameOf)]);
        if (data.paths.length)
            showTable("Places", data.paths, [text("Objects and where they are", "place", nameOf)]);
    }

    function showHeader() {
        const words = moments[last].arguments || [];

        document.title = "Growth \u00b7 " + (words.join(" ") || moments[last].name);
        byId("command").append(el("div", null, el("strong", null, data.sentence)),
                               el("div", { class: "muted" }, words.join(" ")));
        if (data.apart)
            byId("command").append(el("div", { class: "muted" },
                                      "Compared by sums only: " + data.apart + "."));
        hn.showFacts(moments.map((moment, i) => [
            String(i + 1) + " \u00b7 " + moment.name.split("/").pop(),
            bytes(moment.bytes || moment.traced || 0),
            moment.objects !== undefined ? count(moment.objects) + " objects" : ""]));
        hn.startTheme();
    }

    const plotted = (data.types.length ? data.types : data.sites)
        .filter((row) => row.bytes > 0).slice(0, SERIES);

    showHeader();
    byId("plot").hidden = plotted.length === 0;
    if (plotted.length) {
        drawPlot(plotted);
        addEventListener("resize", () => {
            byId("legend").replaceChildren();
            drawPlot(plotted);
        });
    }
    showTables();
})();
