"use strict";
// Search, filters, sorting, copying. Everything stands on the page already: rows are only hidden and put in order, and no
// text is ever read as markup.
(() => {
  const TOGETHER = 50;
  const ROW_HEIGHT = 90;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = byId("words").dataset;
  const query = byId("query");
  const selects = all("select[data-filter]");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const count = (number) => number.toLocaleString("en");

  const tables = all("table.rows").map((table) => ({
    table,
    section: table.closest("section").id,
    facets: table.dataset.facets.split(" "),
    bodies: [...table.tBodies],
    rows: [...table.tBodies].flatMap((body) => [...body.rows]),
    none: table.nextElementSibling,
  }));
  for (const one of tables) one.order = [...one.rows];

  const texts = new Map();
  // Prepared while nobody waits, so that the first search is as quick as the next one
  const prepare = (rows, from) => {
    const work = (deadline) => {
      let at = from;
      while (at < rows.length && deadline.timeRemaining() > 1) textOf(rows[at++]);
      if (at < rows.length) prepare(rows, at);
    };
    globalThis.requestIdleCallback?.(work);
  };

  const textOf = (row) => {
    let text = texts.get(row);
    if (text === undefined) {
      text = [...row.cells].map((cell) => cell.textContent).join("\n").toLowerCase();
      texts.set(row, text);
    }
    return text;
  };

  // What is asked for

  const asked = () => ({
    terms: query.value.toLowerCase().split(/\s+/).filter(Boolean),
    chosen: selects.filter((one) => one.value).map((one) => [one.dataset.filter, one.value]),
  });

  const isHit = (row, terms, chosen) =>
    chosen.every(([name, value]) => row.dataset[name] === value) &&
    terms.every((term) => textOf(row).includes(term));

  const narrow = (one, { terms, chosen }) => {
    const own = chosen.filter(([name]) => one.facets.includes(name));
    one.shown = 0;
    for (const row of one.rows) {
      const hit = isHit(row, terms, own);
      if (row.hidden === hit) row.hidden = !hit;
      one.shown += hit;
    }
    one.none.hidden = one.shown > 0;
    measure(one);
  };

  // A piece that is out of sight is as high as its rows in view may be
  const measure = (one) => {
    for (const body of one.bodies) {
      const shown = one.shown === one.rows.length ? body.rows.length : [...body.rows].filter((row) => !row.hidden).length;
      body.hidden = shown === 0;
      body.style.containIntrinsicSize = shown === body.rows.length ? "" : `auto ${shown * ROW_HEIGHT}px`;
    }
  };

  const tell = () => {
    const sections = new Map();
    for (const { section, shown, rows } of tables) {
      const [seen, of] = sections.get(section) ?? [0, 0];
      sections.set(section, [seen + shown, of + rows.length]);
    }
    let [seen, of] = [0, 0];
    for (const [section, [shown, whole]] of sections) {
      seen += shown;
      of += whole;
      const said = shown === whole ? count(whole) : `${count(shown)} ${words.of} ${count(whole)}`;
      for (const place of all(`[data-count="${section}"]`)) place.textContent = said;
    }
    byId("matches").textContent = `${count(seen)} ${words.of} ${count(of)} ${words.rows}`;
  };

  const apply = () => {
    const wanted = asked();
    for (const one of tables) narrow(one, wanted);
    tell();
  };

  // The view is in the address, to be sent to a colleague

  const address = () => {
    const view = new URLSearchParams();
    if (query.value) view.set("q", query.value);
    for (const one of selects) if (one.value) view.set(one.dataset.filter, one.value);
    return `#?${view}`;
  };

  const fromAddress = () => {
    const view = new URLSearchParams(location.hash.slice(2));
    query.value = view.get("q") ?? "";
    for (const one of selects) one.value = view.get(one.dataset.filter) ?? "";
    for (const one of selects) if (one.selectedIndex < 0) one.value = "";
    apply();
  };

  const asks = () => query.value !== "" || selects.some((one) => one.value);

  const change = () => {
    history.replaceState(null, "", asks() || location.hash.startsWith("#?") ? address() : location.hash || "#");
    apply();
  };

  const clear = () => {
    query.value = "";
    for (const one of selects) one.value = "";
    change();
  };

  // Whoever follows a link to a row wants to see it, whatever is searched for
  const reveal = () => {
    if (location.hash.startsWith("#?")) {
      fromAddress();
      byId("tools").scrollIntoView();
      return;
    }
    const row = byId(location.hash.slice(1));
    if (row?.hidden) {
      clear();
      history.replaceState(null, "", `#${row.id}`);
    }
    row?.scrollIntoView();
  };

  // Sorting

  const rankOf = (key) => {
    const select = selects.find((one) => one.dataset.filter === key);
    const order = new Map([...(select?.options ?? [])].map((option, number) => [option.value, number]));
    return (row) => order.get(row.dataset[key]) ?? order.size;
  };

  const valueOf = (one, head) => {
    const { key } = head.dataset;
    if (one.facets.includes(key)) return rankOf(key);
    const column = head.cellIndex;
    return (row) => row.cells[column].textContent;
  };

  const compared = (left, right) =>
    typeof left === "number" ? left - right : (left === "") - (right === "") || collator.compare(left, right);

  const refill = (one) => {
    one.bodies.forEach((body, number) => body.append(...one.rows.slice(number * TOGETHER, (number + 1) * TOGETHER)));
    measure(one);
  };

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

  const sort = (one, head) => {
    const way = NEXT[head.getAttribute("aria-sort") ?? "none"];
    for (const other of all("thead th", one.table)) other.removeAttribute("aria-sort");
    if (way === "none") {
      one.rows = [...one.order];
    } else {
      head.setAttribute("aria-sort", way);
      const value = valueOf(one, head);
      const keyed = one.order.map((row, number) => [value(row), number, row]);
      const sign = way === "ascending" ? 1 : -1;
      keyed.sort((left, right) => sign * compared(left[0], right[0]) || left[1] - right[1]);
      one.rows = keyed.map(([, , row]) => row);
    }
    refill(one);
  };

  const sortable = (one) => {
    for (const head of all("thead th:not(.below)", one.table)) {
      const button = document.createElement("button");
      button.type = "button";
      button.title = `${words.sort} ${head.textContent}`;
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(one, head));
      head.append(button);
    }
  };

  // Copying

  const copied = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return words.copied;
    } catch {
      getSelection().selectAllChildren(code);
      return words.copyFailed;
    }
  };

  const copyable = (code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      button.textContent = await copied(code);
    });
    code.after(button);
  };

  // Beginning

  for (const one of tables) {
    one.shown = one.rows.length;
    sortable(one);
  }
  all("table.rows code").forEach(copyable);
  byId("find").hidden = false;
  byId("still").hidden = true;
  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(change, 120);
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clear();
  });
  for (const one of selects) one.addEventListener("change", change);
  byId("clear").addEventListener("click", clear);
  addEventListener("hashchange", reveal);
  document.addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !busy) {
      event.preventDefault();
      query.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    const row = link && byId(link.hash.slice(1));
    if (row?.hidden) clear();
  });
  new ResizeObserver(([entry]) => {
    const sticky = getComputedStyle(entry.target).position === "sticky";
    document.documentElement.style.setProperty("--tools", sticky ? `${entry.target.offsetHeight}px` : "0px");
  }).observe(byId("tools"));
  tell();
  if (location.hash) reveal();
  prepare(tables.flatMap((one) => one.rows), 0);
})();
