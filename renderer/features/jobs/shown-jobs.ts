import { useEffect } from 'react'

const shown = new Set<string>()

/** While this is mounted, the job's end is seen where it was started. */
export function useShownJob(id: string): void {
  useEffect(() => {
    shown.add(id)
    return () => void shown.delete(id)
  }, [id])
}

export function isShownJob(id: string): boolean {
  return shown.has(id)
}
