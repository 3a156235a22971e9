/* From the samples to the tree that is drawn: filtered, merged, from outside in or from
 * the leaves out. Knows nothing of the screen.
 *
 * Trees are columns of numbers, not objects: 50,000 nodes are built in a blink. Nothing
 * recurses, since a Python stack may be thousands of frames deep. */
"use strict";

const trees = (() => {
    const { data } = hn;
    const { functions, compared, threadName } = profile;

    /* --- items: what one frame of the drawing stands for (a function, a line of one, or
     * a thread when the graph is split by them) */

    function itemTable() {
        const list = [], numbers = new Map();

        return {
            list,
            of(key, make) {
                let number = numbers.get(key);

                if (number === undefined) {
                    number = list.length;
                    numbers.set(key, number);
                    list.push(make());
                }
                return number;
            },
        };
    }

    function itemsOfFrames(one, items, byLine) {
        return hn.numbers(one.frameCount, (frame) => {
            const fn = one.functionOf[frame];
            const line = byLine ? one.lineOf[frame] : functions[fn].line;

            return items.of(byLine ? fn + ":" + line : fn, () => ({ fn, line, thread: null }));
        });
    }

    /* --- growing a tree: children come after their parents */

    class Growing {
        constructor() {
            this.parent = [-1];
            this.item = [-1];
            this.self = [[0], [0]]; /* of each profile; the second is not used alone */
            this.value = [[0], [0]];
            this.owner = [-1]; /* the one thread that was here; -2: several */
            this.slots = new Int32Array(1024); /* ids by parent and item; 0: free */
            this.weights = new Map(); /* see linesAt() */
        }

        /* Where in the hash table the child is, or where it would be put. */
        slot(parent, item) {
            const mask = this.slots.length - 1;
            let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(item, 0x85ebca77)) >>> 7 & mask;

            for (let id; (id = this.slots[slot]); slot = (slot + 1) & mask)
                if (this.parent[id] === parent && this.item[id] === item)
                    break;
            return slot;
        }

        child(parent, item) {
            const slot = this.slot(parent, item), found = this.slots[slot];

            if (found)
                return found;
            const id = this.parent.length;

            this.parent.push(parent);
            this.item.push(item);
            for (const side of [0, 1]) {
                this.self[side].push(0);
                this.value[side].push(0);
            }
            this.owner.push(-1);
            this.slots[slot] = id;
            if (2 * id > this.slots.length)
                this.widen();
            return id;
        }

        widen() {
            this.slots = new Int32Array(2 * this.slots.length);
            for (let id = 1; id < this.parent.length; id++)
                this.slots[this.slot(this.parent[id], this.item[id])] = id;
        }

        own(id, thread) {
            const owner = this.owner[id];

            this.owner[id] = owner === -1 || owner === thread ? thread : -2;
        }
    }

    /* The counts of one profile that pass the filter: [thread, node, samples] each. */
    function* counted(one, side, filter) {
        const counts = one.counts;

        for (let i = 0; i < counts.length; i += 4) {
            const thread = counts[i], state = counts[i + 2];

            if (filter.state && !(state & filter.state))
                continue;
            if (filter.process !== null && one.threads[thread].process !== filter.process)
                continue;
            if (filter.thread !== null && filter.thread !== thread)
                continue;
            yield [thread, counts[i + 1], counts[i + 3], side];
        }
    }

    function* allCounted(filter) {
        for (let side = 0; side < data.profiles.length; side++)
            yield* counted(data.profiles[side], side, filter);
    }

    /* The frame of a thread, below which its stacks are. */
    function threadRoot(tree, items, thread, side) {
        const name = threadName(data.profiles[side], thread);

        return tree.child(0, items.of("thread " + name,
                                      () => ({ fn: -1, line: -1, thread: name })));
    }

    /* From outside in. A node of the profile is placed once for each root, so the work is
     * that of the nodes, not that of samples times depth. */
    function grow(items, itemOf, options) {
        const tree = new Growing();
        const placed = new Map(); /* root and side: node of the profile -> node of the tree */

        for (const [thread, node, samples, side] of allCounted(options)) {
            const one = data.profiles[side], chain = [];
            const root = options.split ? threadRoot(tree, items, thread, side) : 0;
            const key = 2 * root + side;

            if (!placed.has(key))
                placed.set(key, new Int32Array(one.nodeCount));
            const at = placed.get(key);
            let from = node;

            while (from !== 0 && at[from] === 0) {
                chain.push(from);
                from = one.parentOf[from];
            }
            let id = from === 0 ? root : at[from];

            while (chain.length) {
                const next = chain.pop(), item = itemOf[side][one.frameOf[next]];

                if (!(options.collapse && tree.item[id] === item))
                    id = tree.child(id, item);
                at[next] = id;
            }
            tree.self[side][id] += samples;
            tree.own(id, thread);
        }
        for (let id = tree.parent.length - 1; id >= 0; id--) {
            for (const side of [0, 1]) {
                tree.value[side][id] += tree.self[side][id];
                if (id)
                    tree.value[side][tree.parent[id]] += tree.value[side][id];
            }
            if (id && tree.owner[id] !== -1)
                tree.own(tree.parent[id], tree.owner[id]);
        }
        tree.placed = placed;
        return tree;
    }

    /* Samples of each node of the profile with all below it, for one root of the tree. */
    function weigh(one, key, options, items, tree) {
        const weight = new Float64Array(one.nodeCount);

        for (const [thread, node, samples, side] of allCounted(options)) {
            const root = options.split ? threadRoot(tree, items, thread, side) : 0;

            if (2 * root + side === key)
                weight[node] += samples;
        }
        for (let node = one.nodeCount - 1; node > 0; node--)
            weight[one.parentOf[node]] += weight[node];
        return weight;
    }

    /* Where in its function a frame of the tree was: [line, samples] for each node of the
     * profile that is drawn as @id; outermost ones, when recursion is folded. */
    function* linesAt(id, items, tree, options) {
        for (const [key, at] of tree.placed) {
            const one = data.profiles[key % 2];

            if (!tree.weights.has(key))
                tree.weights.set(key, weigh(one, key, options, items, tree));
            const weight = tree.weights.get(key);

            for (let node = 1; node < one.nodeCount; node++)
                if (at[node] === id && at[one.parentOf[node]] !== id && weight[node])
                    yield [one.lineOf[one.frameOf[node]], weight[node]];
        }
    }

    /* Enough for what a screen shows at any zoom; deep recursion in every stack would
     * else make a node of each frame of each stack. Outer callers are left out first. */
    const MOST_STEPS = 4000000;

    /* From the leaves out: all stacks go up by one frame at a time, and those that came
     * the same way stay together. */
    function growInverted(items, itemOf, options) {
        const tree = new Growing(), stacks = [];
        let steps = 0;

        function add(id, { thread, samples, side }) {
            tree.value[side][id] += samples;
            tree.own(id, thread);
        }
        for (const [thread, node, samples, side] of allCounted(options)) {
            const stack = { thread, node, samples, side, id: 0 };

            add(0, stack);
            if (options.split) {
                stack.id = threadRoot(tree, items, thread, side);
                add(stack.id, stack);
            }
            stacks.push(stack);
        }
        for (let left = stacks; left.length && steps < MOST_STEPS; steps += left.length) {
            left = left.filter((stack) => stack.node !== 0);
            for (const stack of left) {
                const one = data.profiles[stack.side], ownItem = itemOf[stack.side];
                const item = ownItem[one.frameOf[stack.node]];

                stack.id = tree.child(stack.id, item);
                add(stack.id, stack);
                do {
                    stack.node = one.parentOf[stack.node];
                } while (options.collapse && stack.node !== 0
                         && ownItem[one.frameOf[stack.node]] === item);
            }
        }
        tree.cut = stacks.some((stack) => stack.node !== 0);
        return tree;
    }

    /* --- places: the widest child first, levels sorted from left to right */

    function arrange(tree, width) {
        const size = tree.parent.length;
        const byWidth = hn.numbers(size, (i) => i);
        const first = new Int32Array(size + 1), children = new Int32Array(size);

        byWidth.sort((a, b) => width[b] - width[a] || tree.item[a] - tree.item[b]);
        for (let id = 1; id < size; id++)
            first[tree.parent[id] + 1]++;
        for (let id = 0; id < size; id++)
            first[id + 1] += first[id];
        const fill = first.slice();

        for (const id of byWidth)
            if (id)
                children[fill[tree.parent[id]]++] = id;

        const left = new Float64Array(size), depth = new Int32Array(size);
        const levels = [];

        for (let level = [0]; level.length; ) {
            const below = [];

            levels.push(Int32Array.from(level));
            for (const id of level) {
                let x = left[id];

                for (let i = first[id]; i < first[id + 1]; i++) {
                    const child = children[i];

                    if (!(width[child] > 0))
                        continue;
                    left[child] = x;
                    depth[child] = depth[id] + 1;
                    x += width[child];
                    below.push(child);
                }
            }
            level = below;
        }
        return { left, depth, levels, first, children };
    }

    /* What each function had in all: a function that is on a stack twice counts once. */
    function totals(items, tree, places) {
        const rows = new Map(), onStack = new Map();
        const path = [[0, places.first[0]]];

        function row(fn) {
            if (!rows.has(fn))
                rows.set(fn, { fn, self: [0, 0], total: [0, 0] });
            return rows.get(fn);
        }

        while (path.length) {
            const top = path[path.length - 1], [id, next] = top;
            const fn = id && items[tree.item[id]].fn;

            if (next < places.first[id + 1]) {
                const child = places.children[next], childFn = items[tree.item[child]].fn;

                top[1]++;
                path.push([child, places.first[child]]);
                if (childFn < 0)
                    continue;
                const depth = onStack.get(childFn) || 0, found = row(childFn);

                onStack.set(childFn, depth + 1);
                for (const side of [0, 1]) {
                    found.self[side] += tree.self[side][child];
                    if (depth === 0)
                        found.total[side] += tree.value[side][child];
                }
                continue;
            }
            if (id && fn >= 0)
                onStack.set(fn, onStack.get(fn) - 1);
            path.pop();
        }
        return rows;
    }

    /* @wanted: thread, process (numbers or null), state (bits or 0), split, collapse,
     * inverted, byLine, widths ("before", "after"), scale ("share", "time"). */
    function build(wanted) {
        const options = { ...wanted }; /* they stay as they are for this tree */
        const table = itemTable();
        const itemOf = data.profiles.map((one) => itemsOfFrames(one, table, options.byLine));
        const outer = grow(table, itemOf, options);
        const tree = options.inverted ? growInverted(table, itemOf, options) : outer;
        const [a, b] = outer.value.map((column) => column[0]);
        let factor = 1; /* from samples before to samples after */

        if (compared) {
            const [before, after] = data.profiles;

            factor = options.scale === "share" ? (a && b ? b / a : 1)
                                               : before.sample_ns / after.sample_ns;
        }
        const width = tree.value[compared && options.widths === "after" ? 1 : 0];
        const places = arrange(tree, width);

        return {
            ...tree, ...places, items: table.list, width, factor,
            total: width[0], size: tree.parent.length, cut: Boolean(tree.cut),
            rows: totals(table.list, outer,
                         options.inverted ? arrange(outer, outer.value[0]) : places),
            linesAt: (id) => linesAt(id, table, outer, options),
        };
    }

    return { build };
})();
