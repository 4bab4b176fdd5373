// What plain HTML cannot do: previews in the page, files with what is to be said about them, parts that come after the rest, links of charts.

// Fava puts one page in the place of another, and the focus would be lost with what had it.
const KEPT = "receivables-focus"; // where it goes after a whole load, in the session's storage
let focusNext = ""; // the element of the next page that gets it, as a CSS selector
const followed = new Map(); // by address, the link that led away from it: the way back leads to that link

function follow(link) {
  followed.set(window.location.href, link.getAttribute("href"));
  const { column } = link.dataset;
  const [places] = link.closest("nav")?.classList ?? [];
  focusNext = column ? `th a[data-column="${CSS.escape(column)}"]` : places ? `nav.${places} a[aria-current]` : "h2";
}

// `whole`: whether all parts of the page are there; else what is looked for may come later.
function focusAgain(root, whole) {
  const back = followed.get(window.location.href);
  const afterLoad = sessionStorage.getItem(KEPT);
  const selector = focusNext || afterLoad || (back ? `a[href="${CSS.escape(back)}"]` : "");
  const element = selector && (root.querySelector(selector) ?? (whole ? root.querySelector("h2") : null));
  if (!element) {
    return;
  }
  focusNext = "";
  sessionStorage.removeItem(KEPT);
  if ((document.activeElement ?? document.body) !== document.body) {
    return;
  }
  element.focus();
  if (afterLoad) { // the browser does not know any more that the keyboard is used
    element.classList.add("has-focus");
    element.addEventListener("blur", () => element.classList.remove("has-focus"), { once: true });
  }
}

function show(dialog, title, lines, address) {
  dialog.querySelector("strong").textContent = title;
  const reason = dialog.querySelector(".reason");
  reason.textContent = lines.join("\n");
  reason.hidden = lines.length === 0;
  if (address) {
    const place = dialog.querySelector(".frame");
    const frame = document.createElement("iframe"); // a new one each time: it leaves nothing in the browser's history
    frame.setAttribute("sandbox", "");
    frame.title = title || place.dataset.title;
    frame.src = address;
    place.append(frame);
  }
  dialog.showModal();
}

function notices(answer) {
  return JSON.parse(decodeURIComponent(answer.headers.get("X-Notices") ?? "%5B%5D"));
}

async function preview(button, dialog) {
  const answer = await fetch(button.dataset.html);
  if (answer.ok) {
    show(dialog, button.dataset.number, notices(answer), button.dataset.html);
  } else {
    show(dialog, button.dataset.number, [await answer.text()], "");
  }
}

async function download(link, dialog) {
  const answer = await fetch(link.href);
  const title = link.getAttribute("aria-label") ?? link.textContent;
  if (!answer.ok) {
    show(dialog, title, [await answer.text()], "");
    return;
  }
  const [, name] = /filename="(.*)"/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  const saved = document.createElement("a");
  saved.href = URL.createObjectURL(await answer.blob());
  saved.download = name ?? "";
  saved.click();
  setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  if (notices(answer).length > 0) {
    show(dialog, title, notices(answer), "");
  }
}

// Runs once at a time for an element: the second click of a double click does nothing.
async function once(element, dialog, run) {
  if (element.ariaBusy === "true") {
    return;
  }
  element.ariaBusy = "true";
  await run(element, dialog).catch((error) => show(dialog, "", [String(error)], ""));
  element.ariaBusy = "false";
}

// Also marks the command: where the browser forbids copying, as over http from another machine, Ctrl+C does it.
function copyCommand(button) {
  const command = button.parentElement.querySelector("code");
  window.getSelection().selectAllChildren(command);
  navigator.clipboard?.writeText(command.textContent).catch(() => {});
}

function clicked(event, dialog) {
  const copy = event.target.closest("button.copy");
  const button = event.target.closest("button.view");
  const link = event.target.closest("a.file");
  const chart = event.target.closest("button.chart");
  const other = event.target.closest('a[href]:not([href^="#"])');
  if (copy) {
    copyCommand(copy);
  } else if (chart) {
    showChart(chart, event.currentTarget);
  } else if (button) {
    once(button, dialog, preview);
  } else if (link) {
    event.preventDefault();
    once(link, dialog, download);
  } else if (other) {
    follow(other);
  }
}

// Fava loads what a link leads to in place: a search becomes a link.
function searched(event) {
  event.preventDefault();
  const address = new URL(event.target.action);
  address.searchParams.set("search", new FormData(event.target).get("search"));
  const link = document.createElement("a");
  link.href = address.href;
  link.hidden = true;
  event.target.append(link);
  link.click();
  focusNext = "form.search input";
}

async function fill(part) {
  const answer = await fetch(part.dataset.part);
  part.innerHTML = await answer.text();
  part.querySelectorAll(".charts").forEach(linkBars);
}

// Fava's bars lead to a time filter, and their parts to accounts: ours lead to the documents, as the rows of the table do.
function linkBars(charts) {
  const links = JSON.parse(charts.dataset.links);
  const change = () => {
    const label = charts.querySelector("button.selected")?.textContent.trim();
    const addresses = links[label] ?? [];
    charts.querySelectorAll("svg g.group > a").forEach((link, place) => {
      link.setAttribute("href", addresses[place] ?? "#");
      link.setAttribute("data-bar", addresses[place] ? label : "");
    });
    charts.querySelectorAll("svg g.stacks > a:not([aria-hidden])").forEach((link) => {
      link.setAttribute("tabindex", "-1"); // the dates below the bars are for the keyboard
      link.setAttribute("aria-hidden", "true");
      link.setAttribute("href", "#");
    });
    const main = JSON.parse(charts.dataset.main)[label];
    charts.querySelectorAll("svg .lines path").forEach((line, place) => {
      line.classList.toggle("around", main !== undefined && place + 1 !== main); // around the main line: what it may be
    });
    charts.querySelectorAll("button[role=combobox]").forEach((choice) => (choice.ariaLabel = charts.dataset.interval));
    charts.querySelector("svg g[role=application]")?.setAttribute("aria-label", label ?? "");
  };
  charts.addEventListener("pointerover", (event) => {
    const bar = event.target.closest("svg g.stacks > a > rect");
    if (bar) {
      const address = (links[charts.querySelector("button.selected")?.textContent.trim()] ?? [])[
        [...bar.parentNode.children].indexOf(bar)
      ];
      bar.parentNode.setAttribute("href", address ?? "#");
    }
  });
  new MutationObserver(change).observe(charts, { childList: true, subtree: true });
  change();
}

// Shows the chart above that belongs to a table.
function showChart(button, root) {
  const choice = [...root.querySelectorAll(".charts svelte-component button")].find(
    (other) => other.textContent.trim() === button.dataset.chart,
  );
  choice?.click();
  choice?.focus();
  root.querySelector(".charts").scrollIntoView();
}

// Acts: a form, the entry that it would write, and only then a button that writes just that.

function control(field) {
  if (field.kind === "choice") {
    const select = document.createElement("select");
    select.append(...field.choices.map(([value, label]) => new Option(label, value, false, value === field.value)));
    return select;
  }
  const input = document.createElement(field.kind === "lines" ? "textarea" : "input");
  if (field.kind === "flag") {
    input.type = "checkbox";
    input.checked = field.value === "true";
    return input;
  }
  if (field.kind !== "lines") {
    input.type = field.kind === "day" ? "date" : "text";
    input.inputMode = field.kind === "amount" ? "decimal" : "";
  }
  input.value = field.value;
  return input;
}

function labelled(field) {
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = field.label;
  if (field.option) {
    const option = document.createElement("code"); // as messages and the command name it
    option.textContent = field.option;
    name.append(" ", option);
  }
  const input = control(field);
  input.name = field.name;
  input.required = field.required;
  label.className = field.kind;
  label.append(...(field.kind === "flag" ? [input, name] : [name, input]));
  return label;
}

function filledIn(form) {
  return Object.fromEntries(
    [...form.elements].filter((input) => input.name).map((input) => [
      input.name,
      input.type === "checkbox" ? String(input.checked) : input.value,
    ]),
  );
}

function line(text, kind) {
  const item = document.createElement("li");
  item.textContent = text;
  item.className = kind;
  return item;
}

// Shows an answer: what is wrong, what is to be known, the entry, and the command that does the same.
function answered(dialog, answer) {
  const part = (name) => dialog.querySelector(name);
  part(".reason").textContent = answer.error;
  part(".reason").hidden = !answer.error;
  part(".remarks").replaceChildren(
    ...(answer.findings ?? []).map((finding) => line(`${finding.place}: ${finding.message}`, finding.severity)),
    ...(answer.notices ?? []).map((notice) => line(notice, "notice")),
    ...(answer.summary ? [line(answer.summary, "summary")] : []),
  );
  part(".remarks").hidden = !part(".remarks").children.length;
  part(".entry").textContent = answer.text ?? "";
  part(".entry").hidden = !answer.text;
  part(".command code").textContent = answer.command ?? "";
  part(".command").hidden = !answer.command;
  part(".write").hidden = !answer.state || answer.written;
  if (answer.state && !answer.written) {
    part(".write").focus();
  }
}

async function sent(dialog, state) {
  const form = dialog.querySelector("form.fields");
  const answer = await fetch(dialog.dataset.address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ act: dialog.dataset.act, token: dialog.dataset.token, values: filledIn(form), state }),
  });
  const result = await answer.json().catch(() => ({ error: `${answer.status} ${answer.statusText}` }));
  answered(dialog, result);
  dialog.dataset.state = result.written ? "" : result.state ?? "";
  const again = dialog.querySelector(".show-entry");
  if (result.written) {
    dialog.dataset.done = "true";
    form.replaceChildren();
    again.hidden = true;
    dialog.querySelector(".remarks").prepend(line(dialog.dataset.written, "summary"));
    dialog.querySelector(".remarks").hidden = false;
  }
  if (dialog.querySelector(".write").hidden) {
    (again.hidden ? dialog.querySelector("header button") : again).focus(); // the button that had it may be gone
  }
}

// The form of one act; the button of a document offers several, the first of them first.
async function openAct(button, dialog, act) {
  const offered = (button.dataset.acts ?? "").split(" ");
  const choices = dialog.querySelector(".choices");
  choices.hidden = offered.length < 2;
  for (const choice of choices.children) {
    choice.hidden = !offered.includes(choice.dataset.act);
    choice.ariaPressed = String(choice.dataset.act === act);
    choice.onclick = () => openAct(button, dialog, choice.dataset.act);
  }
  const address = new URL(button.dataset.form, window.location.href);
  address.searchParams.set("act", act);
  const answer = await fetch(address);
  const form = await answer.json();
  dialog.querySelector("strong").textContent = form.title ?? "";
  dialog.querySelector("form.fields").replaceChildren(...(form.fields ?? []).map(labelled));
  dialog.querySelector(".show-entry").hidden = !form.fields;
  Object.assign(dialog.dataset, { act, token: form.token ?? "", state: "", done: "" });
  answered(dialog, { error: form.error ?? "" });
  if (!dialog.open) {
    dialog.showModal();
  }
  dialog.querySelector("form.fields :is(input, select, textarea)")?.focus();
}

// Whether the page stands in a page of another site, which could lay something of its own over the buttons.
function isInAnotherSite() {
  try {
    return window.top.location.origin !== window.location.origin;
  } catch {
    return true;
  }
}

function listenToActs(root) {
  const dialog = root.querySelector("dialog.receivables-act");
  root.classList.toggle("no-acts", isInAnotherSite());
  if (!dialog || isInAnotherSite()) {
    return;
  }
  const failed = (error) => answered(dialog, { error: String(error) });
  const run = async (element, work) => {
    if (element.ariaBusy !== "true") {
      element.ariaBusy = "true";
      await work().catch(failed);
      element.ariaBusy = "false";
    }
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button.act");
    if (button) {
      const act = button.dataset.act ?? button.dataset.acts.split(" ")[0];
      dialog.dataset.opener = `button.act[data-form="${CSS.escape(button.dataset.form)}"]`;
      run(button, () => openAct(button, dialog, act)).then(() => dialog.open || dialog.showModal());
    }
  });
  const show = dialog.querySelector(".show-entry");
  const write = dialog.querySelector(".write");
  write.addEventListener("click", () => run(write, () => sent(dialog, dialog.dataset.state)));
  write.addEventListener("keydown", (event) => {
    if (event.repeat) {
      event.preventDefault(); // a key held down since the form must not write what nobody has looked at
    }
  });
  dialog.querySelector("form.fields").addEventListener("submit", (event) => {
    event.preventDefault();
    run(show, () => sent(dialog, ""));
  });
  dialog.querySelector("form.fields").addEventListener("input", () => {
    dialog.dataset.state = ""; // what was shown is no longer what would be written
    write.hidden = true;
  });
  dialog.addEventListener("close", () => {
    if (dialog.dataset.done) {
      sessionStorage.setItem(KEPT, dialog.dataset.opener);
      window.location.reload();
    }
  });
}

export default {
  onExtensionPageLoad() {
    const root = document.querySelector(".receivables");
    const dialog = root?.querySelector("dialog.receivables-preview");
    if (!dialog || root.dataset.ready) {
      return;
    }
    root.dataset.ready = "true";
    listenToActs(root);
    root.addEventListener("click", (event) => clicked(event, dialog));
    root.addEventListener("submit", (event) => {
      if (event.target.matches("form.search")) {
        searched(event);
      }
    });
    dialog.addEventListener("close", () => dialog.querySelector(".frame").replaceChildren());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) {
        dialog.close();
      }
    });
    const parts = [...root.querySelectorAll("[data-part]")].map((part) =>
      fill(part).catch((error) => (part.textContent = String(error))),
    );
    focusAgain(root, parts.length === 0);
    Promise.all(parts).then(() => focusAgain(root, true));
  },
};
