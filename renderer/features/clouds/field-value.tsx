import type { Field, FieldValue } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { GuestText } from '../../components/guest-text.js'
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
  const name = useChoiceName(provider, field, words)
  const room = limit === undefined ? {} : { limit }
  if (name === undefined) return <GuestText text={words} {...room} />
  return (
    <span className={styles.named}>
      <GuestText text={name} {...room} />{' '}
      <GuestText text={words} className={`mono ${styles.value}`} {...(limit === undefined ? {} : { limit: Math.min(limit, MOST_BELOW) })} />
    </span>
  )
}

/** Identifiers are told apart by their ends. */
const MOST_BELOW = 36
