/*
 * What the browser tests ask of a page: each probe gives a list of faults, or of what
 * there is, in words that say where. Loaded into every page before its own content.
 */
window.probe = (() => {
  const name = (e) => {
    const said = (e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const classes = [...e.classList].map((c) => `.${c}`).join("");
    return `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ""}${classes} «${said}»`;
  };
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true });
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  // Made invisible on purpose, for those who listen.
  const isForListeners = (e) => {
    const { width, height } = e.getBoundingClientRect();
    return width <= 1 || height <= 1;
  };
  const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX);
  const inScroller = (e) => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement)
      if (scrolls(up)) return true;
    return false;
  };

  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((c) => {
      const part = c / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const background = (e) => {
    for (let up = e; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if (!/, 0\)$|^transparent$/.test(colour)) return colour;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
      matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(18, 18, 18)" : "rgb(255, 255, 255)";
  };

  const focusable = () =>
    all("a[href], button, input, select, textarea, summary, [tabindex]").filter(
      (e) => e.tabIndex >= 0 && !e.disabled && isShown(e));

  return {
    /** Elements that stick out of the window, where the page itself would scroll. */
    tooWide: () => {
      const width = document.documentElement.clientWidth;
      const page = document.documentElement.scrollWidth - width;
      const out = all("body *").filter((e) => isShown(e) && !isForListeners(e) &&
        !inScroller(e) && !e.closest("svg") && e.tabIndex !== 0 &&
        e.getBoundingClientRect().right > width + 1);
      return [...(page > 0 ? [`the page scrolls ${page} px`] : []), ...out.map(name)];
    },

    /** Text that is cut off: hidden overflow, or an ellipsis. */
    cutOff: () => all("body *").filter((e) => {
      const style = getComputedStyle(e);
      if (!isShown(e) || isForListeners(e) || e.closest("svg") || !e.innerText?.trim()) return false;
      const [x, y] = [style.overflowX, style.overflowY].map((o) => /hidden|clip/.test(o));
      return (x && e.scrollWidth > e.clientWidth + 1) || (y && e.scrollHeight > e.clientHeight + 1);
    }).map(name),

    /** Scrolling parts that a keyboard cannot reach, or that have no name. */
    unreachable: () => all("body *").filter((e) => isShown(e) && scrolls(e) &&
      e.scrollWidth > e.clientWidth + 1).flatMap((e) => [
        ...(e.tabIndex === 0 ? [] : [`no tabindex: ${name(e)}`]),
        ...(/region|img|group/.test(e.role ?? "") ? [] : [`no role: ${name(e)}`]),
        ...(probe.label(e) ? [] : [`no name: ${name(e)}`]),
      ]),

    label: (e) => (e.getAttribute("aria-label") ??
      (e.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean)
        .map((id) => document.getElementById(id)?.textContent ?? "").join(" ")).trim(),

    /** All words that one can see, sorted: what must not be lost in a narrow window. */
    words: () => document.body.innerText.normalize().split(/\s+/).filter(Boolean).sort(),

    /** One element with text for each look there is: colours, size and weight. */
    looks: () => {
      const found = new Map();
      for (const e of all("body *")) {
        if (!hasText(e) || !isShown(e) || e.closest("svg")) continue;
        const { color, fontSize, fontWeight, opacity, backgroundImage } = getComputedStyle(e);
        const look = [color, background(e), fontSize, fontWeight, opacity, backgroundImage].join();
        if (!found.has(look)) found.set(look, e);
      }
      return [...found.values()];
    },

    /** Text that is too small to read, in pixels. */
    tooSmall: () => all("main *").filter((e) => hasText(e) && isShown(e) &&
      !e.closest("svg, sup") && parseFloat(getComputedStyle(e).fontSize) < 11).map(name),

    /** What one can reach with the Tab key, in the order of the page. */
    stops: () => focusable().map(name),

    /** The element that has the focus, and whatever is wrong with how that is shown. */
    focused: () => {
      const e = document.activeElement;
      if (e === document.body) return null;
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const wrong = [];
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
        wrong.push("no outline");
      else if (contrast(style.outlineColor, background(e.parentElement)) < 3)
        wrong.push(`faint outline: ${style.outlineColor} on ${background(e.parentElement)}`);
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      if (left >= right || top >= bottom) wrong.push("outside the window");
      else {
        const seen = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) =>
          document.elementFromPoint(left + x * (right - left), top + y * (bottom - top))));
        if (!seen.some((hit) => hit && (e.contains(hit) || hit.contains(e))))
          wrong.push("covered by something else");
      }
      return { name: name(e), wrong };
    },

    /** Positive tabindex, or boxes moved about so that eye and keyboard disagree. */
    shuffled: () => all("body *").filter((e) => {
      const style = getComputedStyle(e);
      return e.tabIndex > 0 || style.order !== "0" || /reverse/.test(style.flexDirection);
    }).map(name),

    /** What is wrong with the tables, for those who hear them cell by cell. */
    tables: () => all("table").flatMap((table) => {
      const wrong = [];
      const caption = table.caption?.textContent.trim() ?? "";
      if (!caption) wrong.push("no caption");
      for (const head of all("th", table)) {
        if (!["col", "row", "colgroup", "rowgroup"].includes(head.scope)) wrong.push(`no scope: ${name(head)}`);
        if (!head.textContent.trim()) wrong.push(`empty header: ${name(head)}`);
      }
      if (!all("thead th", table).length) wrong.push("no head");
      for (const row of all("tbody tr", table))
        if (row.cells[0]?.tagName !== "TH") wrong.push(`row without header: ${name(row)}`);
      return wrong.map((fault) => `${caption.slice(0, 30) || name(table)}: ${fault}`);
    }),

    /** Level and text of each heading. */
    headings: () => all("h1, h2, h3, h4, h5, h6").filter(isShown)
      .map((e) => [Number(e.tagName[1]), e.textContent.trim()]),

    /** Ids used twice, and references to none. */
    references: () => {
      const ids = all("[id]").map((e) => e.id);
      const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: ${id}`);
      const known = new Set(ids);
      const links = all('a[href^="#"]').map((a) => decodeURIComponent(a.hash.slice(1)));
      const named = all("[aria-labelledby], [aria-describedby], [aria-controls]").flatMap((e) =>
        ["aria-labelledby", "aria-describedby", "aria-controls"]
          .flatMap((key) => (e.getAttribute(key) ?? "").split(" ").filter(Boolean)));
      const lost = [...links, ...named].filter((id) => !known.has(id)).map((id) => `nowhere: ${id}`);
      return [...twice, ...new Set(lost)];
    },

    /** Whatever moves by itself, or slides. */
    moving: () => [
      ...document.getAnimations().map((a) => a.animationName ?? "transition"),
      ...all("html, body *").filter((e) => {
        const style = getComputedStyle(e);
        return style.scrollBehavior === "smooth" ||
          [style.transitionDuration, style.animationDuration].some((d) => parseFloat(d) > 0.01);
      }).map(name),
    ],

    /** Words and numbers in a drawing, with where they stand in it. */
    drawn: (svg) => {
      const frame = svg.getBoundingClientRect();
      return all("text", svg).filter((e) => isShown(e) && /[\p{L}\d]/u.test(e.textContent)).map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        return { text: e.textContent.trim(), x: x - frame.x, y: y - frame.y, width, height };
      });
    },
  };
})();
