/** Calls `fire` before the next drawing; a hidden page, which is not drawn, after 50 ms. Returns what cancels it. */
export function onNextFrame(fire: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(fire, 50);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(fire);
  return () => cancelAnimationFrame(frame);
}
