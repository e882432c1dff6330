import { elideMiddle, visibleText } from './visible-text.js'

interface GuestTextProps {
  readonly text: string
  readonly className?: string
  /** Characters; longer text loses its middle and keeps all of it in its title. */
  readonly limit?: number
}

/** Text that an image, a tool or a file name decided: always plain, hidden characters shown. */
export function GuestText({ text, className, limit }: GuestTextProps) {
  const visible = visibleText(text)
  const shown = limit === undefined ? visible : elideMiddle(visible, limit)
  return (
    <span className={className} title={shown === visible ? undefined : visible}>
      <bdi>{shown}</bdi>
    </span>
  )
}
