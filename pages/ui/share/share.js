// Copy the page's address. Browsers lend the clipboard only to pages from https or from this
// machine; elsewhere, as in a classroom's network, the old way is tried, and where that fails
// too the address stays selected, to be copied by hand.

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

export default function ({ parentElement }) {
  const [button, field, status] = ["button", "input", "p"].map((it) =>
    parentElement.querySelector(it),
  );
  button.onclick = async () => {
    field.hidden = true;
    status.textContent = "";
    const copied = await copy(window.location.href, field);
    status.textContent = copied ? "Copied." : "Selected: copy it with Ctrl+C or ⌘C.";
  };
}
