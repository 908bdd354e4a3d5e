// The picture that plays: asked for one by one, so that a slow phone is never behind.

const PERIOD_MS = 100;
const REST_MS = 500;

const picture = document.getElementById("picture");
const none = document.getElementById("no-picture");

/** Show the picture while somebody looks. */
export async function watchPicture(isConnected) {
  let seen = true;
  new IntersectionObserver(([entry]) => (seen = entry.isIntersecting)).observe(
    document.getElementById("screen"),
  );
  for (;;) {
    const began = performance.now();
    let wait = REST_MS;
    if (!document.hidden && seen && isConnected()) {
      wait = (await next()) ? PERIOD_MS - (performance.now() - began) : REST_MS;
    }
    await new Promise((done) => setTimeout(done, Math.max(wait, 10)));
  }
}

async function next() {
  try {
    const answer = await fetch("/panel/picture.jpg");
    if (answer.status !== 200) return false;
    const url = URL.createObjectURL(await answer.blob());
    const old = picture.src;
    picture.src = url;
    await picture.decode().catch(() => {});
    picture.hidden = false;
    none.hidden = true;
    if (old) URL.revokeObjectURL(old);
    return true;
  } catch {
    return false;
  }
}
