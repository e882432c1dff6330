import { Button, Combobox, InputBase, Loader, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, CircleAlert, RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Field } from '#shared/clouds/field'
import { isFilled } from '#shared/clouds/read-values'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { count } from '../../../components/format.js'
import { visibleText } from '../../../components/visible-text.js'
import { useChoiceName } from '../choice-name.js'
import { choicesQuery } from '../cloud-queries.js'
import { stepOfField } from '../ship-steps.js'
import { useShipStore } from '../ship-store.js'
import { ChoiceWords, type FieldContext, type FieldProps, fieldElement, placeholderOf, textValue } from './field-view.js'
import styles from './fields.module.css'
import { matchingChoices, type RemoteChoice, valueOfText } from './remote-choices.js'

/** Where it is said whose certificate is good: at another step, or folded. */
const TRUST_FIELDS: ReadonlySet<string> = new Set(['thumbprint', 'ca'])

/** Choices that the provider is asked for. What is typed is taken as well: the list may be refused to this account. */
export function RemoteSelect({ field, value, problem, context, onChange }: FieldProps) {
  const missing = missingBefore(field, context)
  const choices = useQuery({ ...choicesQuery({ ...context, field }), enabled: missing.length === 0 })
  const [typed, setTyped] = useState<string | null>(null)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const known = choices.data ?? []
  const text = textValue(value)
  const chosen = known.find((choice) => choice.value === text)
  const name = useChoiceName(context.provider, field, text)
  const shown = typed ?? chosen?.label ?? (choices.isPending ? name : undefined) ?? text

  useEffect(() => {
    if (chosen !== undefined) useShipStore.getState().name(context.provider, field.id, chosen)
  }, [chosen, context.provider, field.id])
  const offered = matchingChoices(known, typed === null || typed === chosen?.label ? '' : typed)

  const settle = () => {
    combobox.closeDropdown()
    if (typed !== null) onChange(valueOfText(known, typed))
    setTyped(null)
  }
  const pick = (picked: string) => {
    onChange(picked)
    setTyped(null)
    combobox.closeDropdown()
  }

  return (
    <div>
      <Combobox store={combobox} onOptionSubmit={pick} withinPortal transitionProps={{ duration: 80 }}>
        <Combobox.Target>
          <InputBase
            id={fieldElement(field.id)}
            label={field.label}
            description={field.help}
            error={problem}
            withAsterisk={field.required === true}
            placeholder={placeholderOf(field)}
            value={shown}
            onChange={(event) => {
              setTyped(event.currentTarget.value)
              combobox.openDropdown()
              combobox.updateSelectedOptionIndex()
            }}
            onClick={() => combobox.openDropdown()}
            onBlur={settle}
            onKeyDown={(event) => event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0 && settle()}
            spellCheck={false}
            autoComplete="off"
            rightSection={choices.isFetching ? <Loader size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
            rightSectionPointerEvents="none"
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={known.length === 0}>
          <Combobox.Options className={styles.options} aria-label={`Choices of ${field.label}`}>
            {offered.map((choice) => (
              <Combobox.Option key={choice.value} value={choice.value} active={choice.value === text}>
                <ChoiceWords label={visibleText(choice.label)} help={choiceHelp(choice)} />
              </Combobox.Option>
            ))}
            {offered.length === 0 && <Combobox.Empty>None of {known.length} matches; what is typed is taken.</Combobox.Empty>}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <p className={styles.under} role="status">
        {missing.length > 0
          ? `The list comes when ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} filled in.`
          : choices.isPending
            ? 'Asking for the list…'
            : choices.isError
              ? ''
              : known.length === 0
                ? text === ''
                  ? 'There is none yet; type its name.'
                  : 'There is none in the list; what was typed is taken as it is.'
                : chosen === undefined && text !== ''
                  ? `Not in the list of ${known.length}; it is taken as it is.`
                  : chosen !== undefined && chosen.label !== text
                    ? visibleText(text)
                    : count(known.length, 'choice')}
      </p>
      {choices.isError && (
        <ListFailed error={choices.error} onRetry={() => void choices.refetch()} label={field.label} fields={context.fields} />
      )}
    </div>
  )
}

/** Labels of the fields that a list cannot be asked for without. */
function missingBefore({ dependsOn = [] }: Field, { fields, values }: FieldContext): string[] {
  return fields.filter(({ id, required }) => dependsOn.includes(id) && required === true && !isFilled(values[id])).map(({ label }) => label)
}

function choiceHelp({ help }: RemoteChoice): string | undefined {
  return help === undefined ? undefined : visibleText(help)
}

interface ListFailedProps {
  readonly error: unknown
  readonly label: string
  readonly fields: readonly Field[]
  readonly onRetry: () => void
}

/** A list that is refused is no dead end: its name can be typed. */
function ListFailed({ error, label, fields, onRetry }: ListFailedProps) {
  const { data } = toAppError(error)
  const words = describeError(data)
  const { active, go } = useShipStore.getState()
  const trust = data.code === 'cloud-untrusted' ? fields.find(({ id }) => TRUST_FIELDS.has(id)) : undefined
  const step = trust === undefined ? null : stepOfField(trust.id, fields)
  return (
    <div className={styles.failed} role="alert">
      <CircleAlert size={14} aria-hidden />
      <span>
        <strong>{visibleText(words.title)}.</strong> {visibleText(words.detail)} You can type it instead.
      </span>
      {trust !== undefined && step !== null && active !== null && (
        <Button size="xs" variant="subtle" onClick={() => go(active, step, trust.id)}>
          Trust it…
        </Button>
      )}
      <Button
        size="xs"
        variant="subtle"
        leftSection={<RotateCw size={13} aria-hidden />}
        aria-label={`Ask again for ${label}`}
        onClick={onRetry}
      >
        Ask again
      </Button>
    </div>
  )
}
