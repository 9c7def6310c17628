// What an address tells that is nobody else's: keys of teachers, students and uploads, and guesses.

const KEYS = "key-"; // how the names of such parameters begin
const GUESSES = "guess";

const named = ({ searchParams }, beginning) => [...searchParams.keys()].filter((name) => name.startsWith(beginning));

/** Whether it shows photographs of the visitor's own: it has their key. */
const showsOwn = ({ searchParams }) => searchParams.has("upload") || (searchParams.get("gallery") ?? "").startsWith("own-");

/** An address without the parameters whose names begin so. */
function without(address, ...beginnings) {
  const url = new URL(address);
  beginnings.flatMap((it) => named(url, it)).forEach((name) => url.searchParams.delete(name));
  return url;
}
