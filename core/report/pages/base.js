/* What all pages share: the data, numbers as people read them, elements, the theme.
 *
 * Every word of the data comes from a process that is not trusted. It reaches the page
 * as text of elements and as text on a canvas, never as markup. */
"use strict";

const hn = (() => {
    const data = JSON.parse(document.getElementById("data").textContent);
    const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
    const NBSP = "\u00a0"; /* between a number and its unit */

    const byId = (id) => document.getElementById(id);

    /* An element with text or elements inside. @props are properties, but for "class"
     * and what begins with "aria-" or is a role, which are attributes. */
    function el(name, props, ...children) {
        const element = document.createElement(name);

        for (const [key, value] of Object.entries(props || {})) {
            if (key === "class" || key === "role" || key.startsWith("aria-"))
                element.setAttribute(key, value);
            else
                element[key] = value;
        }
        element.append(...children); /* strings become text, not markup */
        return element;
    }

    const count = (number) => grouped.format(number);

    /* Three digits that matter, so that 99.97 is not shown as 100. */
    function digits(number) {
        const size = Math.abs(number);

        return number.toFixed(size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2);
    }

    function percent(part, whole) {
        const share = whole ? (100 * part) / whole : 0;

        if (share > 0 && share < 0.01)
            return "<" + NBSP + "0.01" + NBSP + "%";
        return (share === 100 ? "100" : share > 99.9 ? Math.min(share, 99.99).toFixed(2)
                                                     : digits(share)) + NBSP + "%";
    }

    function seconds(value) {
        if (value >= 7200)
            return digits(value / 3600) + NBSP + "h";
        if (value >= 120)
            return digits(value / 60) + NBSP + "min";
        if (value >= 1 || value === 0)
            return digits(value) + NBSP + "s";
        return value >= 0.001 ? digits(value * 1e3) + NBSP + "ms"
                              : digits(value * 1e6) + NBSP + "µs";
    }

    /* As every tool for memory counts: 1 KiB is 1,024 bytes. */
    function bytes(value) {
        const units = ["B", "KiB", "MiB", "GiB", "TiB"];
        let unit = 0, size = value;

        while (Math.abs(size) >= 1000 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return (unit ? digits(size) : String(size)) + NBSP + units[unit];
    }

    const signed = (value, show) => (value > 0 ? "+" : value < 0 ? "\u2212" : "")
                                    + show(Math.abs(value));

    /* 32 bits of FNV-1a: the same name has the same colour on every page. */
    function hash(string) {
        let value = 0x811c9dc5;

        for (let i = 0; i < string.length; i++)
            value = Math.imul(value ^ string.charCodeAt(i), 0x01000193) >>> 0;
        return value;
    }

    /* Whole numbers, made by make(index). (Int32Array.from is far slower.) */
    function numbers(count, make) {
        const list = new Int32Array(count);

        for (let i = 0; i < count; i++)
            list[i] = make(i);
        return list;
    }

    const mayMove = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

    /* --- the theme: the system's until the button says otherwise */

    const dark = matchMedia("(prefers-color-scheme: dark)");
    const themeWatchers = [];

    function theme() {
        return document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    }

    function themeChanged() {
        const button = byId("theme");

        if (button)
            button.textContent = theme() === "dark" ? "Light" : "Dark";
        for (const watcher of themeWatchers)
            watcher();
    }

    function setTheme(name) {
        document.documentElement.dataset.theme = name;
        themeChanged();
    }

    function startTheme() {
        byId("theme").onclick = () => setTheme(theme() === "dark" ? "light" : "dark");
        dark.addEventListener("change", themeChanged);
        themeChanged();
    }

    /* A colour of the style sheet as a canvas wants it. */
    function color(name) {
        const probe = byId("probe");

        probe.style.color = "var(" + name + ")";
        return getComputedStyle(probe).color;
    }

    /* --- the header */

    /* @facts: [word, value, small print or "", whether to warn] each. */
    function showFacts(facts) {
        for (const [word, value, small, warn] of facts) {
            const shown = el("dd", { class: warn ? "warn" : "" }, value);

            if (small)
                shown.append(" ", el("small", null, small));
            byId("facts").append(el("div", null, el("dt", null, word), shown));
        }
    }

    function showNotes(notes) {
        byId("notes").hidden = notes.length === 0;
        byId("notes").append(...notes.map((note) => el("li", null, note)));
    }

    /* --- tables: sorted by a click on a column's head, shown a piece at a time */

    const ROWS_AT_FIRST = 50, ROWS_MORE = 250;

    /* A path may go on in the next line behind each of its slashes. */
    const breakable = (path) => path.split(/(?<=\/)/).flatMap((part) => [part, el("wbr")]);

    /* @columns: { title, kind, value(row) to sort by, show(row), share(row) 0..1 for a
     * bar, pick(row) when its text is a button } each. */
    function table(place, columns, sortedBy) {
        const heads = columns.map((column) => el("button", { type: "button" }, column.title));
        const head = el("tr", null, ...columns.map((column, i) => el("th", {
            class: column.kind === "share" ? "number" : column.kind, scope: "col",
        }, heads[i])));
        const body = el("tbody"), more = el("button", { type: "button", class: "more" });
        const state = { rows: [], by: sortedBy, down: true, limit: ROWS_AT_FIRST };

        function cell(column, row) {
            const text = column.show(row), at = el("td", { class: column.kind });

            if (column.kind === "share")
                at.style.backgroundSize = 100 * column.share(row) + "% 100%";
            if (column.kind === "place") {
                at.append(...breakable(text));
            } else if (column.pick) {
                at.append(el("button", { type: "button", class: "plain",
                                         onclick: () => column.pick(row) }, text));
            } else {
                at.append(text);
            }
            return at;
        }

        function compare(a, b) {
            const x = columns[state.by].value(a), y = columns[state.by].value(b);
            const order = x < y ? -1 : x > y ? 1 : 0;

            return state.down ? -order : order;
        }

        function draw() {
            const rows = state.rows.slice().sort(compare);

            body.replaceChildren(...rows.slice(0, state.limit).map((row) =>
                el("tr", null, ...columns.map((column) => cell(column, row)))));
            more.hidden = rows.length <= state.limit;
            more.textContent = "Show more of " + count(rows.length);
            columns.forEach((column, i) => {
                if (i === state.by)
                    head.children[i].setAttribute("aria-sort",
                                                  state.down ? "descending" : "ascending");
                else
                    head.children[i].removeAttribute("aria-sort");
            });
        }

        heads.forEach((button, i) => {
            button.onclick = () => {
                const text = columns[i].kind === "name" || columns[i].kind === "place";

                state.down = i === state.by ? !state.down : !text;
                state.by = i;
                draw();
            };
        });
        more.onclick = () => {
            state.limit += ROWS_MORE;
            draw();
        };
        place.append(el("div", { class: "wide" },
                        el("table", null, el("thead", null, head), body)), more);
        return {
            show(rows) {
                state.rows = rows;
                draw();
            },
        };
    }

    /* --- what follows the pointer */

    function showTip(tip, x, y, ...children) {
        tip.replaceChildren(...children);
        tip.hidden = false;
        const left = Math.min(x + 14, innerWidth - tip.offsetWidth - 6);
        const below = y + 18 + tip.offsetHeight < innerHeight;

        tip.style.transform = "translate(" + Math.max(6, left) + "px,"
            + (below ? y + 18 : Math.max(6, y - tip.offsetHeight - 10)) + "px)";
    }

    return { data, byId, el, count, percent, seconds, bytes, signed, hash, numbers, mayMove,
             theme, themeWatchers, startTheme, color, showFacts, showNotes, table, showTip, NBSP };
})();
