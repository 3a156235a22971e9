// Lets speedscope's own page import a file, in jsdom, and prints the title that the page
// gives itself once the profile is loaded:
//
//   node import_speedscope.js NODE_MODULES FILE
//
// The page is started as speedscope's command-line tool starts it: with a script that
// hands over the file's bytes.
"use strict";

const fs = require("fs");
const path = require("path");

const [modules, file] = process.argv.slice(2).map((name) => path.resolve(name));
const { JSDOM, VirtualConsole } = require(path.join(modules, "jsdom"));

const TRIES = 200; // of 100 ms

// Drawing comes after importing, and fails for want of a graphics card.
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});

async function main() {
    const release = path.join(modules, "speedscope", "dist", "release");
    const handover = file + ".handover.js";
    const bytes = fs.readFileSync(file).toString("base64");
    const said = [];
    const listener = new VirtualConsole();

    for (const kind of ["error", "log", "jsdomError"])
        listener.on(kind, (what) => said.push(String(what && what.message || what)));
    fs.writeFileSync(handover,
        `speedscope.loadFileFromBase64("profile.speedscope.json", "${bytes}")`);
    const dom = await JSDOM.fromFile(path.join(release, "index.html"), {
        url: `file://${release}/index.html#localProfilePath=${handover}`,
        runScripts: "dangerously",
        resources: "usable",
        pretendToBeVisual: true,
        virtualConsole: listener,
        // what jsdom lacks and the page asks for while it starts
        beforeParse(window) {
            window.matchMedia = () => ({ matches: false, addListener() {},
                removeListener() {}, addEventListener() {}, removeEventListener() {} });
            window.TextDecoder = TextDecoder;
            window.TextEncoder = TextEncoder;
            Object.defineProperty(window, "localStorage", { value: {
                getItem: () => null, setItem() {}, removeItem() {} } });
        },
    });
    for (let i = 0; i < TRIES; i++) {
        const title = dom.window.document.title;

        if (title !== "speedscope") {
            console.log(title);
            process.exit(0);
        }
        await new Promise((done) => setTimeout(done, 100));
    }
    console.error("it did not load: " + said.join("; ").slice(0, 1000));
    process.exit(1);
}

main();
