// The page of an edition that is being sent. The server sends the part that
// changes as it would be in the page; what has an id is put in its place when
// it differs, so that the focus stays where it is.
const page = document.querySelector("[data-live]");
if (page) {
  const source = new EventSource(page.dataset.live);
  source.onmessage = (event) => {
    const news = new DOMParser().parseFromString(event.data, "text/html");
    for (const part of news.querySelectorAll("[id]")) {
      const old = document.getElementById(part.id);
      if (old && old.outerHTML !== part.outerHTML) old.replaceWith(part);
    }
  };
  source.addEventListener("said", (event) => {
    document.getElementById("said").textContent = event.data;
  });
  source.addEventListener("over", () => {
    source.close();
    location.reload();
  });
}
