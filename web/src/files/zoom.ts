/** Where a figure lies under a view: its scale, and how far its middle is from the view's, in pixels. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };
export const MAX_SCALE = 16;

/** Scaled by `factor` around a point (from the view's middle), which stays where it is; never smaller than fitted. */
export function zoomedAt(zoom: Zoom, factor: number, point: { x: number; y: number }): Zoom {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  if (scale === 1) return FITTED;
  const by = scale / zoom.scale;
  return { scale, x: point.x - (point.x - zoom.x) * by, y: point.y - (point.y - zoom.y) * by };
}

/** Moved, but never so far that nothing of it is to be seen. `half`: half of the view's width and height. */
export function movedBy(
  zoom: Zoom,
  move: { x: number; y: number },
  half: { width: number; height: number },
): Zoom {
  const bound = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value));
  return {
    scale: zoom.scale,
    x: bound(zoom.x + move.x, half.width * zoom.scale),
    y: bound(zoom.y + move.y, half.height * zoom.scale),
  };
}
