"use strict";
// Comfort only: everything that there is to read is there without it.
const spoken = document.getElementById("spoken");
for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies);
    let copied = false;
    try {
      await navigator.clipboard.writeText(text.textContent);
      copied = true;
    } catch {
      getSelection().selectAllChildren(text);
      copied = document.execCommand("copy");
    }
    button.textContent = copied ? "Copied" : "Selected";
    spoken.textContent = copied ? "Copied." : "The text is selected: copy it with your keyboard.";
    setTimeout(() => { button.textContent = "Copy"; spoken.textContent = ""; }, 2000);
  });
}
for (const button of document.querySelectorAll("button[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const each of document.querySelectorAll("details")) each.open = button.dataset.opens === "yes";
  });
}
