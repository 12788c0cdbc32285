// Elements, made of text and other elements alone: nothing here reads HTML, so
// nothing that is in a run can become part of the page.

type Child = Node | string | null;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((c): c is Node | string => c !== null));
  return element;
}

export function button(label: string, title: string, press: () => void, className = ""): HTMLButtonElement {
  const b = el("button", { type: "button", title, ...(className === "" ? {} : { class: className }) }, label);
  b.addEventListener("click", press);
  return b;
}

/** Lets the buttons of the page copy what they carry. */
export function armCopyButtons(): void {
  for (const b of document.querySelectorAll<HTMLButtonElement>("button.copy")) {
    b.hidden = false;
    b.addEventListener("click", () => void copy(b));
  }
}

async function copy(b: HTMLButtonElement): Promise<void> {
  const text = b.dataset["copy"] ?? "";
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyBySelection(text); // a page from disk may not write to the clipboard directly
  }
  b.textContent = copied ? "Copied" : "Press Ctrl+C";
  window.setTimeout(() => (b.textContent = "Copy"), 1500);
}

function copyBySelection(text: string): boolean {
  const area = el("textarea", { class: "offscreen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
