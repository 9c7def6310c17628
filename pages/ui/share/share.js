// Copy the page's address. Browsers lend the clipboard only to pages from https or from this
// machine; elsewhere, as in a classroom's network, the old way is tried, and where that fails
// too the address stays selected, to be copied by hand. address.js is put in front of this.

async function copy(address, field) {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    field.hidden = false;
    field.value = address;
    field.select();
    return document.execCommand("copy");
  }
}

/** The address of this page; a guess in it would tell a class what somebody thought. */
function shared(withGuesses) {
  const url = without(window.location.href, KEYS);
  return { address: (withGuesses ? url : without(url, GUESSES)).href, guesses: named(url, GUESSES) };
}

export default function ({ parentElement, data }) {
  hear(data);
  const [button, label, box, words, field, status] = ["button", "label", "input", "span", ".address", "p"].map(
    (it) => parentElement.querySelector(it),
  );
  button.textContent = tr("Link to exactly this view");
  words.textContent = tr("With my guesses");
  field.setAttribute("aria-label", tr("The address of this view"));
  button.onclick = box.onchange = async () => {
    field.hidden = true;
    status.textContent = "";
    const { address, guesses } = shared(box.checked);
    label.hidden = !guesses.length;
    const copied = await copy(address, field);
    status.textContent = copied ? tr("Copied.") : tr("Selected: copy it with Ctrl+C or ⌘C.");
  };
}
