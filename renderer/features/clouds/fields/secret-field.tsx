import { Button, Radio, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { describeError } from '#shared/errors/describe-error'
import { toAppError } from '#shared/errors/app-error'
import { NamedRadioGroup } from '../../../components/named-radio-group.js'
import { visibleText } from '../../../components/visible-text.js'
import { signInsQuery } from '../../containers/container-queries.js'
import { type Keep, keepSecret, keptUnder, secretName } from '../kept-secrets.js'
import { type FieldProps, fieldElement, textValue } from './field-view.js'
import styles from './fields.module.css'

/** A secret leaves the window as soon as it is typed: what stays here is a name for it. */
export function SecretField({ field, value, problem, context, onChange }: FieldProps) {
  const reference = textValue(value)
  const [typing, setTyping] = useState(reference === '')
  const kept = keptUnder(reference)
  if (!typing && reference !== '') {
    return (
      <div className={styles.kept}>
        <KeyRound size={15} aria-hidden />
        <span className={styles.keptWords}>
          <strong>{field.label}</strong>
          <span className="dim">{kept === null ? `from ${visibleText(reference)}` : KEPT_WORDS[kept.keep]}</span>
        </span>
        <Button size="xs" id={fieldElement(field.id)} aria-label={`${field.label}: type another one`} onClick={() => setTyping(true)}>
          Type another one…
        </Button>
      </div>
    )
  }
  return (
    <SecretInput
      field={field}
      problem={problem}
      nameFor={(keep) => secretName(context, field.id, keep)}
      autoFocus={reference !== ''}
      onKept={(next) => {
        onChange(next)
        setTyping(false)
      }}
    />
  )
}

const KEPT_WORDS: Readonly<Record<Keep, string>> = {
  session: 'kept in memory until Diskwright is closed',
  keyring: 'kept in the keyring, encrypted by the system',
}

interface SecretInputProps {
  readonly field: { readonly id: string; readonly label: string; readonly help?: string; readonly required?: boolean }
  readonly problem: string | undefined
  /** The name that it is kept under. */
  readonly nameFor: (keep: Keep) => string
  readonly autoFocus?: boolean
  /** Where it is kept; without it that can be chosen. */
  readonly keepAs?: Keep
  readonly onKept: (reference: string) => void
}

/** The field that a secret is typed into, and where it is kept. */
export function SecretInput({ field, problem, nameFor, autoFocus = false, keepAs, onKept }: SecretInputProps) {
  const [secret, setSecret] = useState('')
  const [keep, setKeep] = useState<Keep>(keepAs ?? 'session')
  const { data: signIns } = useQuery(signInsQuery)
  const keyring = signIns?.keyring ?? null
  const handOver = useMutation({
    mutationFn: () => keepSecret(nameFor(keep), secret, keep),
    onSuccess: ({ reference }) => {
      setSecret('')
      onKept(reference)
    },
  })
  const hand = () => secret !== '' && !handOver.isPending && handOver.mutate()
  const failure = handOver.isError ? describeError(toAppError(handOver.error).data) : null
  return (
    <div
      className={styles.secret}
      // Only when the whole of it is left: choosing where it is kept comes after typing it.
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && hand()}
    >
      <TextInput
        type="password"
        id={fieldElement(field.id)}
        label={field.label}
        description={field.help}
        error={problem ?? (failure === null ? undefined : visibleText(`${failure.title}. ${failure.detail}`))}
        withAsterisk={field.required === true}
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && hand()}
        autoComplete="off"
        autoFocus={autoFocus}
        disabled={handOver.isPending}
      />
      {secret !== '' && keepAs === undefined && (
        <NamedRadioGroup
          name={`Keep ${field.label}`}
          value={keep}
          onChange={setKeep}
          // The field keeps the focus: leaving it hands the secret over.
          onMouseDown={(event) => event.preventDefault()}
        >
          <div className={styles.keeping}>
            <Radio size="xs" value="session" label="Until Diskwright is closed" />
            <Radio
              size="xs"
              value="keyring"
              disabled={keyring === null}
              label={
                keyring === null ? 'In the keyring (this machine has none that encrypts)' : `In ${visibleText(keyring)}, for next time`
              }
            />
          </div>
        </NamedRadioGroup>
      )}
    </div>
  )
}
