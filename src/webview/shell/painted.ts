/** A page without frames for so long is not on screen. */
const NO_FRAME_MS = 250;

/** The end of the frame that shows the rows; a page that is not on screen does not wait for it. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, NO_FRAME_MS);
    // The grid draws its rows in the frame after the one that tells it its size.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        setTimeout(resolve);
      }),
    );
  });
}
