import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { METADATA_SERVICES, metadataServiceOf } from '#shared/boot-test/guest-metadata'
import type { BootTestChoices, ChoiceProblems } from '../../features/boot-test/boot-test-choices.js'
import { type FirstBootChoices, firstBootCount } from '../../features/boot-test/first-boot-choices.js'
import styles from './boot-test-form.module.css'
import { Fold } from './fold.js'
import { GivenTextField } from './given-text-field.js'

interface FirstBootFieldsProps {
  readonly choices: BootTestChoices
  readonly problems: ChoiceProblems
  readonly onChange: (part: Partial<BootTestChoices>) => void
}

/** What the guest is told on its first boot. It is for the test alone, and in no record of it. */
export function FirstBootFields({ choices, problems, onChange }: FirstBootFieldsProps) {
  const { firstBoot } = choices
  const change = (part: Partial<FirstBootChoices>) => onChange({ firstBoot: { ...firstBoot, ...part } })
  const told = firstBootCount(choices)
  return (
    <Fold title="cloud-init, Ignition, metadata" set={told === 0 ? null : `${told} given`}>
      <p className="caption">For this test alone: never part of the saved image, and in no record of the test.</p>
      <MetadataFields choices={choices} problems={problems} onChange={change} />
      <GivenTextField
        label="cloud-init: user data"
        placeholder="#cloud-config"
        value={firstBoot.userData}
        onChange={(userData) => change({ userData })}
      />
      <div className={styles.two}>
        <GivenTextField label="cloud-init: metadata" value={firstBoot.metaData} onChange={(metaData) => change({ metaData })} />
        <GivenTextField
          label="cloud-init: network"
          value={firstBoot.networkConfig}
          onChange={(networkConfig) => change({ networkConfig })}
        />
      </div>
      <GivenTextField
        label="Ignition"
        placeholder={'{ "ignition": { "version": "3.4.0" } }'}
        value={firstBoot.ignition}
        onChange={(ignition) => change({ ignition })}
      />
    </Fold>
  )
}

interface MetadataFieldsProps extends Omit<FirstBootFieldsProps, 'onChange'> {
  readonly onChange: (part: Partial<FirstBootChoices>) => void
}

function MetadataFields({ choices: { platform, firstBoot }, problems, onChange }: MetadataFieldsProps) {
  const id = metadataServiceOf(platform ?? undefined)
  if (id === undefined)
    return <p className="caption">A platform with a metadata service can be chosen above: AWS, Azure, Google, Oracle …</p>
  const { title, place, note } = METADATA_SERVICES[id]
  return (
    <>
      <Checkbox
        size="xs"
        label={`Answer as ${title}`}
        description={note === null ? `At ${place}.` : `At ${place}. ${note}.`}
        checked={firstBoot.answers}
        onChange={(event) => onChange({ answers: event.currentTarget.checked })}
      />
      {firstBoot.answers && (
        <>
          <div className={styles.two}>
            <TextInput
              label="Host name"
              placeholder="made up"
              value={firstBoot.hostname}
              onChange={(event) => onChange({ hostname: event.currentTarget.value })}
              error={problems.hostname}
              spellCheck={false}
            />
            <TextInput
              label="User of the keys"
              value={firstBoot.user}
              onChange={(event) => onChange({ user: event.currentTarget.value })}
              error={problems.user}
              spellCheck={false}
            />
          </div>
          <Textarea
            label="Public SSH keys"
            description="One a line."
            classNames={{ input: 'mono' }}
            rows={2}
            value={firstBoot.sshKeys}
            onChange={(event) => onChange({ sshKeys: event.currentTarget.value })}
            error={problems.sshKeys}
            spellCheck={false}
          />
          <GivenTextField
            label="User data of the service"
            value={firstBoot.serviceData}
            onChange={(serviceData) => onChange({ serviceData })}
          />
        </>
      )}
    </>
  )
}
