// The preview of a document, in the page. Everything else on it is plain HTML.
export default {
  onExtensionPageLoad() {
    const dialog = document.querySelector("dialog.receivables-preview");
    if (!(dialog instanceof HTMLDialogElement)) {
      return;
    }
    const frame = dialog.querySelector("iframe");
    for (const button of document.querySelectorAll(".receivables button.view")) {
      button.addEventListener("click", () => {
        dialog.querySelector("strong").textContent = button.dataset.number;
        frame.src = button.dataset.html;
        dialog.showModal();
      });
    }
    dialog.addEventListener("close", () => frame.removeAttribute("src"));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) {
        dialog.close();
      }
    });
  },
};
