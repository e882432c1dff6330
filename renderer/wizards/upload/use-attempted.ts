import { useState } from 'react'
import type { StepId } from '../../features/clouds/ship-steps.js'

/** What is missing is told when someone tries to go on, not while it is being filled in for the first time. */
export function useAttempted(step: StepId): { readonly attempted: boolean; readonly attempt: () => void } {
  const [tried, setTried] = useState<StepId | null>(null)
  return { attempted: tried === step, attempt: () => setTried(step) }
}
