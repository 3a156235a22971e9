/* Areas in a rectangle, each as large as its value and as near to a square as can be:
 * rows are filled along the shorter side as long as that makes them squarer.
 * (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000.) */
"use strict";

const treemap = (() => {
    /* The worst of a row's proportions; @sum of it is laid along @side. */
    function worst(row, sum, side, scale) {
        const area = sum * scale, square = area * area, wide = side * side;
        let least = Infinity, most = 0;

        for (const { value } of row) {
            least = Math.min(least, value * scale);
            most = Math.max(most, value * scale);
        }
        return Math.max((wide * most) / square, square / (wide * least));
    }

    /* Lays @items, { value > 0 } each and the largest first, into the box; @put gets each
     * with its x, y, width and height. */
    function layout(items, x, y, width, height, put) {
        let total = items.reduce((sum, item) => sum + item.value, 0);
        let at = 0;

        while (at < items.length && width > 0 && height > 0) {
            const side = Math.min(width, height), scale = (width * height) / total;
            const row = [items[at]];
            let sum = items[at].value, ratio = worst(row, sum, side, scale);

            for (at++; at < items.length; at++) {
                const next = worst([...row, items[at]], sum + items[at].value, side, scale);

                if (next > ratio)
                    break;
                row.push(items[at]);
                sum += items[at].value;
                ratio = next;
            }
            const thick = (sum * scale) / side;
            let along = 0;

            for (const item of row) {
                const long = (item.value * scale) / thick;

                if (width >= height)
                    put(item, x, y + along, thick, long);
                else
                    put(item, x + along, y, long, thick);
                along += long;
            }
            if (width >= height) {
                x += thick;
                width -= thick;
            } else {
                y += thick;
                height -= thick;
            }
            total -= sum;
        }
    }

    return { layout };
})();
