// What plain HTML cannot do: previews in the page, files with what is to be said about them, tasks that come after the rest.

let sorted = ""; // the column whose heading was used last: the list is loaded anew, and the focus goes back to it

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

function clicked(event, dialog) {
  const button = event.target.closest("button.view");
  const link = event.target.closest("a.file");
  const heading = event.target.closest("th a[data-column]");
  if (button) {
    once(button, dialog, preview);
  } else if (link) {
    event.preventDefault();
    once(link, dialog, download);
  } else if (heading) {
    sorted = heading.dataset.column;
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
}

async function fill(part) {
  const answer = await fetch(part.dataset.part);
  part.innerHTML = await answer.text();
}

export default {
  onExtensionPageLoad() {
    const root = document.querySelector(".receivables");
    const dialog = root?.querySelector("dialog");
    if (!dialog || root.dataset.ready) {
      return;
    }
    root.dataset.ready = "true";
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
    root.querySelectorAll("[data-part]").forEach((part) => fill(part).catch((error) => (part.textContent = String(error))));
    if (sorted) {
      root.querySelector(`th a[data-column="${CSS.escape(sorted)}"]`)?.focus();
      sorted = "";
    }
  },
};
