// A value that both a hand and the server set. A visitor may be ahead of the server: what it says
// then is older than the last gesture, and must not take its place.

/** Show a value whenever it changes: { value, byHand(value), byServer(value) }. */
function handed(show) {
  const text = JSON.stringify;
  let value;
  let older = []; // what the server may still say: the values before each gesture it hasn't answered
  const take = (it) => show((value = it));
  return {
    get value() {
      return value;
    },
    byHand(it) {
      older.push(text(value));
      take(it);
    },
    byServer(it) {
      const at = older.indexOf(text(it));
      if (text(it) === text(value)) older = at < 0 ? [] : older.slice(at + 1);
      else if (at >= 0) older.splice(0, at);
      else {
        older = [];
        take(it);
      }
    },
  };
}
