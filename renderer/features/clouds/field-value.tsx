import type { Field, FieldValue } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import { useChoiceName } from './choice-name.js'
import styles from './field-value.module.css'
import { valueWords } from './value-words.js'

interface FieldValueTextProps {
  readonly provider: ProviderId | null
  readonly field: Field
  readonly value: FieldValue | undefined
  /** Characters that there is room for; longer values lose their middle. */
  readonly limit?: number
}

/** What was filled in, for people: a choice by its name, with what is sent below it. */
export function FieldValueText({ provider, field, value, limit }: FieldValueTextProps) {
  const words = valueWords(field, value)
  // Where there is little room, what matters of a path is its end.
  if (limit !== undefined && field.kind === 'file') return <span title={visibleText(words)}>{visibleText(splitPath(words).name)}</span>
  return <ChoiceText provider={provider} field={field} words={words} limit={limit} />
}

interface ChoiceTextProps extends Pick<FieldValueTextProps, 'provider' | 'field'> {
  readonly words: string
  readonly limit: number | undefined
}

function ChoiceText({ provider, field, words, limit }: ChoiceTextProps) {
  const name = useChoiceName(provider, field, words)
  // What cannot be broken between words takes a line more than it looks.
  const room = limit === undefined ? {} : { limit: words.includes(' ') ? limit : Math.min(limit, MOST_UNBROKEN) }
  if (name === undefined) return <GuestText text={words} {...room} />
  return (
    <span className={styles.named}>
      <GuestText text={name} {...room} />{' '}
      <GuestText text={words} className={`mono ${styles.value}`} {...(limit === undefined ? {} : { limit: Math.min(limit, MOST_BELOW) })} />
    </span>
  )
}

/** Identifiers are told apart by their ends. */
const MOST_BELOW = 24
const MOST_UNBROKEN = 40
