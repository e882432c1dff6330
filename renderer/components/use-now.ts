import { useEffect, useState } from 'react'

/** The time in milliseconds, fresh every second while `running`, else every half minute. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), running ? 1000 : 30_000)
    return () => clearInterval(timer)
  }, [running])
  return now
}
