import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { MonitorPlay } from 'lucide-react'
import { useState } from 'react'
import type { BootReport } from '#shared/boot/boot-entry'
import { usesSerialConsole } from '#shared/boot-test/booting-entry'
import { bootArch } from '#shared/boot-test/image-machine'
import { ARCH_TRAITS, isMachineArch } from '#shared/boot-test/machine-arch'
import { READY_SET_IDS, READY_SETS } from '#shared/boot-test/ready-sets'
import type { Edit } from '#shared/edits/edit'
import type { ImageInfo } from '#shared/images/image-info'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter, FormRow } from '../../components/form-row.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { type BootTestChoices, inputOf, problemsOf, usualChoices } from '../../features/boot-test/boot-test-choices.js'
import { useBootTestStore } from '../../features/boot-test/boot-test-store.js'
import styles from './boot-test-form.module.css'
import { CdromField } from './cdrom-field.js'
import { FailureFields } from './failure-fields.js'
import { FirstBootFields } from './first-boot-fields.js'
import { MachineFields } from './machine-fields.js'

/** A select has no value for nothing that it would also offer. */
const BY_ITSELF = ''

interface BootTestFormProps {
  readonly info: ImageInfo
  readonly edits: readonly Edit[]
  /** With the edits applied; undefined where that cannot be told. */
  readonly boot: BootReport | undefined
  readonly onClose: () => void
}

export function BootTestForm({ info, edits, boot, onClose }: BootTestFormProps) {
  const { path, revision } = info
  const { showBootTest } = useAppActions()
  const store = useBootTestStore.getState()
  const told = bootArch(info)
  const imageArch = told !== null && isMachineArch(told) ? told : null
  const [choices, setChoices] = useState(() => store.choices[path] ?? usualChoices(edits, boot, imageArch ?? 'x86_64'))
  const change = (part: Partial<BootTestChoices>) => setChoices((now) => ({ ...now, ...part }))
  const problems = problemsOf(choices)
  const isReady = Object.keys(problems).length === 0
  const arch = choices.arch ?? imageArch ?? 'x86_64'
  const isSilent = boot !== undefined && usesSerialConsole(boot, choices.entry ?? undefined, arch) === false
  const start = useMutation({
    mutationFn: async () => {
      const input = { source: path, revision, edits: [...edits], ...inputOf(choices) }
      // What was typed is there again when it does not start, or when it fails.
      store.choose(path, choices)
      const { id } = await call('jobs.start', { kind: 'test-boot', input })
      store.begin(id, input)
      return id
    },
    onSuccess: (id) => {
      onClose()
      showBootTest(path, id)
    },
  })

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady && !start.isPending) start.mutate()
      }}
    >
      <DialogBody>
        <Note tone="neutral" title={stagedWords(edits.length)}>
          <p>In a throw-away machine: what the guest writes goes away with it, and the image itself is not written to.</p>
        </Note>
        <FormRow name="Passes with">
          <Checkbox.Group
            aria-label="What has to be seen"
            value={[...choices.ready]}
            onChange={(ready) => change({ ready: READY_SET_IDS.filter((id) => ready.includes(id)) })}
            error={problems.ready}
          >
            <div className={styles.ready}>
              {READY_SET_IDS.map((id) => (
                <Checkbox key={id} size="xs" value={id} label={READY_SETS[id].title} />
              ))}
            </div>
          </Checkbox.Group>
          <Textarea
            label="And lines that match"
            description="Regular expressions, one a line; each has to match a line of the serial console."
            classNames={{ input: 'mono' }}
            rows={2}
            value={choices.patterns}
            onChange={(event) => change({ patterns: event.currentTarget.value })}
            error={problems.patterns === undefined ? undefined : visibleText(problems.patterns)}
            spellCheck={false}
          />
        </FormRow>
        <FormRow name="Boot entry">
          {boot !== undefined && boot.entries.length > 1 && (
            <Select
              aria-label="Boot entry"
              allowDeselect={false}
              value={choices.entry ?? BY_ITSELF}
              onChange={(entry) => change({ entry: entry === null || entry === BY_ITSELF ? null : entry })}
              data={[
                { value: BY_ITSELF, label: 'The one that boots by itself' },
                ...boot.entries.filter(({ enabled }) => enabled).map(({ id, title }) => ({ value: id, label: visibleText(title) })),
              ]}
            />
          )}
          <TextInput
            label="Kernel arguments for this test alone"
            description={
              isSilent
                ? `The entry does not write to the serial console, which is what is judged: ${ARCH_TRAITS[arch].serialArg} makes it.`
                : 'They are never part of the saved image.'
            }
            classNames={{ input: 'mono' }}
            value={choices.append}
            onChange={(event) => change({ append: event.currentTarget.value })}
            error={problems.append === undefined ? undefined : visibleText(problems.append)}
            spellCheck={false}
          />
        </FormRow>
        <FormRow name="Machine">
          <MachineFields choices={choices} problems={problems} imageArch={imageArch} onChange={change} />
        </FormRow>
        <FormRow name="Beside the disk">
          <CdromField choices={choices} onChange={change} />
        </FormRow>
        <FormRow name="First boot">
          <FirstBootFields choices={choices} problems={problems} onChange={change} />
        </FormRow>
        <FormRow name="Fails with">
          <FailureFields choices={choices} problems={problems} onChange={change} />
        </FormRow>
        <FormRow name="Afterwards">
          <Checkbox
            size="xs"
            className={styles.after ?? ''}
            label="Stay on after the verdict"
            description="To type, look around, sign in by SSH, or keep its disk as a new image; until you switch it off."
            checked={choices.stayOn}
            onChange={(event) => change({ stayOn: event.currentTarget.checked })}
          />
        </FormRow>
        {start.isError && <ErrorNotice error={start.error} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          variant="filled"
          leftSection={<MonitorPlay size={16} aria-hidden />}
          disabled={!isReady}
          loading={start.isPending}
          data-autofocus
        >
          Run boot test
        </Button>
      </DialogFooter>
    </form>
  )
}

function stagedWords(edits: number): string {
  if (edits === 0) return 'Boots the image as it is on disk'
  return `Boots the image with ${edits === 1 ? 'its staged edit' : `all ${edits} staged edits`}`
}
