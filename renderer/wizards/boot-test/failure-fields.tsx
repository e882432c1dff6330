import { MultiSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { FAIL_RULE_IDS, FAIL_TABLE } from '#shared/boot-test/fail-table'
import { visibleText } from '../../components/visible-text.js'
import type { BootTestChoices, ChoiceProblems } from '../../features/boot-test/boot-test-choices.js'
import styles from './boot-test-form.module.css'
import { Fold } from './fold.js'

interface FailureFieldsProps {
  readonly choices: BootTestChoices
  readonly problems: ChoiceProblems
  readonly onChange: (part: Partial<BootTestChoices>) => void
}

/** When a test has failed, beside the table of failures that is always looked for. */
export function FailureFields({ choices, problems, onChange }: FailureFieldsProps) {
  const set = [
    ...(choices.fail.trim() === '' ? [] : ['own lines']),
    ...(choices.ignore.length === 0 ? [] : [`${choices.ignore.length} ignored`]),
    ...(choices.silenceSeconds === '' ? [] : [`silence of ${choices.silenceSeconds} s`]),
  ]
  return (
    <Fold title="Failures and silence" set={set.length === 0 ? null : set.join(', ')}>
      <p className="caption">{FAIL_TABLE.length} known failures are looked for: panics, emergency shells, time-outs, file systems …</p>
      <MultiSelect
        label="That do not count"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Let all of them count' }}
        value={[...choices.ignore]}
        onChange={(ids) => onChange({ ignore: FAIL_RULE_IDS.filter((id) => ids.includes(id)) })}
        data={FAIL_TABLE.map(({ id, title }) => ({ value: id, label: title }))}
      />
      <Textarea
        label="Lines that fail it"
        description="Regular expressions, one a line; the first line that one of them matches ends the test."
        classNames={{ input: 'mono' }}
        rows={2}
        value={choices.fail}
        onChange={(event) => onChange({ fail: event.currentTarget.value })}
        error={problems.fail === undefined ? undefined : visibleText(problems.fail)}
        spellCheck={false}
      />
      <div className={styles.machine}>
        <NumberInput
          label="Ends after silence of"
          suffix=" s"
          placeholder="never"
          allowDecimal={false}
          allowNegative={false}
          value={choices.silenceSeconds}
          onChange={(silenceSeconds) => onChange({ silenceSeconds })}
          error={problems.silence}
        />
        <TextInput
          label="Once it said"
          placeholder="anything"
          classNames={{ input: 'mono' }}
          disabled={choices.silenceSeconds === ''}
          value={choices.silenceAfter}
          onChange={(event) => onChange({ silenceAfter: event.currentTarget.value })}
          error={problems.silenceAfter === undefined ? undefined : visibleText(problems.silenceAfter)}
          spellCheck={false}
        />
        <NumberInput
          label="Restarts that are fine"
          allowDecimal={false}
          allowNegative={false}
          value={choices.restarts}
          onChange={(restarts) => onChange({ restarts })}
          error={problems.restarts}
        />
      </div>
    </Fold>
  )
}
