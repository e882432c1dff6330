/** Gives the focus back to the list of files: what had it when a dialog was opened, such as an entry of a menu, may be gone. */
export function focusList(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-file-list]')?.focus({ preventScroll: true }))
}
