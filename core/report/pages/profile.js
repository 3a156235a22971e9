/* What the pages of a sampling run share: its frames, threads and figures by name.
 *
 * The data holds one profile, or two when they are compared: the one before comes
 * first. Lists of many are flat numbers, in the order that profile_page.c says. */
"use strict";

const profile = (() => {
    const { data, byId, el, bytes, count, percent, seconds, NBSP } = hn;
    const KINDS = ["python", "native", "task", "unknown"];
    const MODES = { wall: "wall clock", cpu: "CPU time", gil: "holding the GIL" };

    const last = data.profiles[data.profiles.length - 1];
    const compared = data.profiles.length > 1;

    /* --- functions; when two profiles are compared, the same one has one number */

    const functions = [];
    const numbers = new Map();

    /* The module, which gives a frame its colour: a package of site-packages, a module
     * of the standard library, a shared library, or the file of the program's own. */
    function moduleOf(kind, file) {
        const name = (path) => path.split("/")[0].replace(/\.(py|pyc|pyx|so[.\d]*)$/, "");
        let found;

        if (kind === "task")
            return { module: "tasks", origin: "tasks" };
        if (kind === "native")
            return { module: (file.split("/").pop() || "native").replace(/\.so.*$/, ""),
                     origin: "native code" };
        if ((found = /(?:site|dist)-packages\/(.+)$/.exec(file)))
            return { module: name(found[1]), origin: "packages" };
        if ((found = /\/lib\/python\d[^/]*\/(.+)$/.exec(file)))
            return { module: name(found[1]), origin: "standard library" };
        if ((found = /^<frozen ([^.>]+)/.exec(file)))
            return { module: found[1], origin: "standard library" };
        found = file.split("/");
        if (/^__(init|main)__\.py$/.test(found[found.length - 1]) && found.length > 1)
            return { module: found[found.length - 2], origin: "program" };
        return { module: name(found[found.length - 1] || "unknown"), origin: "program" };
    }

    function numberOf([name, file, line, kindNumber]) {
        const key = [name, file, line, kindNumber].join("\n");
        let number = numbers.get(key);

        if (number === undefined) {
            const kind = KINDS[kindNumber];

            number = functions.length;
            numbers.set(key, number);
            functions.push({ name, file, line, kind, ...moduleOf(kind, file) });
        }
        return number;
    }

    for (const one of data.profiles) {
        const own = one.functions.map(numberOf);

        one.frameCount = one.frames.length / 2;
        one.functionOf = hn.numbers(one.frameCount, (i) => own[one.frames[2 * i]]);
        one.lineOf = hn.numbers(one.frameCount, (i) => one.frames[2 * i + 1]);
        one.nodeCount = one.nodes.length / 2;
        one.parentOf = hn.numbers(one.nodeCount, (i) => one.nodes[2 * i]);
        one.frameOf = hn.numbers(one.nodeCount, (i) => one.nodes[2 * i + 1]);
        one.seconds = one.duration_ns / 1e9;
    }

    /* "file.py:12"; without a line, the file alone. */
    const place = (file, line) => (file && line > 0 ? file + ":" + line : file);
    const shortFile = (file) => file.split("/").pop();

    /* --- threads */

    function threadName(one, thread) {
        const { name, id, main, process } = one.threads[thread];
        const several = one.processes.length > 1;

        return (name || (main ? "main thread" : "thread")) + " " + id
            + (several ? " (pid " + one.processes[process].pid + ")" : "");
    }

    const processName = (process) => "pid " + process.pid + "  "
        + (process.arguments.join(" ") || process.executable);

    /* --- the header */

    function facts(one) {
        const due = one.taken + one.missed, wanted = 1e9 / one.interval_ns;
        const rate = one.seconds ? one.taken / one.seconds : 0;
        const versions = [...new Set(one.processes.map((process) => process.version))];
        const alone = one.processes.length < 2;

        if (one.unit === "bytes")
            return [["Traced", bytes(one.taken)], ["Blocks", count(one.blocks)],
                    ["Tracebacks", count(one.stacks)],
                    ["Python", versions.join(", ") || "?"]];
        return [
            ["Duration", seconds(one.seconds), one.ended && "until " + one.ended],
            ["Samples", count(one.taken), count(one.stacks) + " stacks"],
            ["Missed", count(one.missed), one.missed ? percent(one.missed, due) : "",
             one.missed > due / 20],
            ["Discarded as torn", count(one.discarded), "", one.discarded > one.stacks / 20],
            ["Rate", rate.toFixed(1) + "/s", alone ? "of " + count(wanted) : ""],
            ["On time", one.taken ? percent(one.on_time, one.taken) : "\u2013", "",
             one.taken > 0 && one.on_time < 0.95 * one.taken],
            ["Target stopped", one.stopped_ns ? percent(one.stopped_ns, one.duration_ns) : "never",
             one.stopped_ns ? "of the time" : ""],
            ["Mode", MODES[one.mode] || one.mode],
            ["Threads", count(one.threads.length),
             alone ? "" : "of " + count(one.processes.length) + " processes"],
            ["Python", versions.join(", ") || "?"],
        ];
    }

    function showCommand(one, word) {
        for (const process of one.processes.slice(0, 8)) {
            const line = process.arguments.join(" ") || process.executable;

            byId("command").append(el("div", null, line,
                el("span", { class: "muted" }, "  " + word + "pid " + process.pid)));
        }
        if (one.processes.length > 8)
            byId("command").append(el("div", { class: "muted" },
                                      "and " + (one.processes.length - 8) + " more"));
    }

    /* "2025-11-26 21:59:59 UTC"; nothing for a time that no calendar has. */
    function timeOf(began) {
        const time = new Date(began * 1000);

        return began > 0 && Number.isFinite(time.getTime())
            ? time.toISOString().slice(0, 19).replace("T", " ") + " UTC" : "";
    }

    function showHeader(title) {
        const dot = NBSP + "\u00b7" + NBSP;
        const words = compared ? ["before" + dot, "after" + dot]
                               : [""];

        document.title = title + " \u00b7 "
            + (last.processes.length ? processName(last.processes[0]) : "hognose");
        byId("title").textContent = title;
        byId("when").textContent = timeOf(last.began);
        data.profiles.forEach((one, i) => {
            showCommand(one, words[i]);
            if (compared)
                hn.showFacts([["Profile", i ? "After" : "Before"]]);
            hn.showFacts(facts(one));
            if (compared && i === 0)
                byId("facts").append(el("div", { class: "break", "aria-hidden": "true" }));
        });
        hn.showNotes(data.profiles.flatMap((one) => one.notes));
        hn.startTheme();
    }

    return { functions, compared, last, place, shortFile, threadName, processName, showHeader };
})();
