import { useEffect } from 'react'

/** Where the focus goes when what had it is gone: the dialog that is open, else the screen. */
function refuge(): HTMLElement | null {
  return [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1) ?? document.getElementById('screen')
}

/**
 * Whoever works by keyboard never starts over: a control that vanishes, or is switched off, while it has the focus hands it to
 * what is around. The browser would give it to the page, from where Tab begins at the rail.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let frame = 0
    const check = () => {
      if (document.activeElement === document.body) refuge()?.focus({ preventScroll: true })
    }
    // A frame later: closing dialogs give the focus back by themselves, and a moved element may have taken it.
    const later = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(check)
    }
    const observer = new MutationObserver(later)
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame)
    }
  }, [])
}
