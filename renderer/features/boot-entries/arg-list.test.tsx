import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { ArgList } from './arg-list.js'

afterEach(cleanup)

const BEFORE = ['ignition.platform.id=qemu', 'rw', 'root=UUID=6f1c', 'rd.timeout=120']

function list(after: readonly string[], onReplace: (at: number, by: string[]) => void) {
  const nothing = () => {}
  return (
    <MantineProvider>
      <ArgList
        before={BEFORE}
        after={after}
        readOnly={false}
        originAt={() => null}
        odd={new Set()}
        onReplace={onReplace}
        onRestore={nothing}
        onMove={nothing}
      />
    </MantineProvider>
  )
}

test('what is typed goes to its argument, also when another edit came in before it meanwhile', () => {
  const onReplace = vi.fn()
  const { rerender } = render(list(BEFORE, onReplace))
  fireEvent.click(screen.getByRole('button', { name: /^rd\.timeout=120/ }))
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'rd.timeout=300' } })
  rerender(list(BEFORE.slice(1), onReplace))
  const box = screen.getByRole<HTMLInputElement>('textbox')
  expect(box.value).toBe('rd.timeout=300')
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(onReplace).toHaveBeenCalledWith(2, ['rd.timeout=300'])
})

test('nothing is edited when its argument is gone', () => {
  const onReplace = vi.fn()
  const { rerender } = render(list(BEFORE, onReplace))
  fireEvent.click(screen.getByRole('button', { name: /^rd\.timeout=120/ }))
  rerender(list(BEFORE.slice(0, 3), onReplace))
  expect(screen.queryByRole('textbox')).toBeNull()
  expect(onReplace).not.toHaveBeenCalled()
})
