// Tells the page around the frame how high its content is, whenever that changes. It is told nothing else, so anybody may hear.
const tell = () => {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  parent.postMessage({ type: "masthead:height", height }, "*");
};
if (parent !== window) new ResizeObserver(tell).observe(document.documentElement);
