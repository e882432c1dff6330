import { useEffect, useState } from 'react'
import { call } from '../../api/client.js'
import { appended, NO_SERIAL, type SerialText } from './serial-text.js'

const POLL_MS = 400

/** What the guest of a test wrote, followed while it runs; read anew from its log when it has ended. */
export function useSerial(id: string, isLive: boolean): { readonly text: SerialText; readonly error: unknown } {
  const [text, setText] = useState(NO_SERIAL)
  const [error, setError] = useState<unknown>(null)

  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let held = NO_SERIAL
    let from = 0
    const read = async () => {
      try {
        const piece = await call('bootTest.serial', { id, from })
        if (isOver) return
        const isNew = piece.next !== from || piece.pending !== held.pending
        held = appended(held, piece)
        from = piece.next
        if (isNew || !isLive) setText(held)
        setError(null)
      } catch (thrown) {
        if (!isOver) setError(thrown)
      }
      if (!isOver && isLive) timer = setTimeout(() => void read(), POLL_MS)
    }
    void read()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [id, isLive])

  return { text, error }
}
