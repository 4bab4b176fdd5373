// Documents, in the page: previews, and PDFs with the reason where there is none. Everything else on it is plain HTML.

// Downloads what a link leads to. Where the answer is no document, what it says is returned.
async function download(link) {
  const answer = await fetch(link.href);
  if (!answer.ok) {
    return answer.text();
  }
  const [, name] = /filename="(.*)"/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  const saved = document.createElement("a");
  saved.href = URL.createObjectURL(await answer.blob());
  saved.download = name ?? "";
  saved.click();
  setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  return "";
}

export default {
  onExtensionPageLoad() {
    const dialog = document.querySelector("dialog.receivables-preview");
    if (!(dialog instanceof HTMLDialogElement)) {
      return;
    }
    const frame = dialog.querySelector("iframe");
    const reason = dialog.querySelector(".reason");
    for (const button of document.querySelectorAll(".receivables button.view")) {
      button.addEventListener("click", () => {
        dialog.querySelector("strong").textContent = button.dataset.number;
        frame.src = button.dataset.html;
        dialog.showModal();
      });
    }
    for (const link of document.querySelectorAll(".receivables a.pdf")) {
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        if (link.ariaBusy === "true") {
          return; // the second click of a double click
        }
        link.ariaBusy = "true";
        const failed = await download(link).catch(String);
        link.ariaBusy = "false";
        if (failed) {
          dialog.querySelector("strong").textContent = link.textContent;
          reason.textContent = failed;
          reason.hidden = false;
          frame.hidden = true;
          dialog.showModal();
        }
      });
    }
    dialog.addEventListener("close", () => {
      frame.removeAttribute("src");
      frame.hidden = false;
      reason.hidden = true;
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) {
        dialog.close();
      }
    });
  },
};
