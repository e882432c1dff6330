import { Checkbox, SegmentedControl, Textarea } from '@mantine/core'
import { checkMetaData, checkNetworkConfig, checkUserData } from '#shared/system/cloud-config'
import { checkIgnition } from '#shared/system/ignition'
import { Note } from '../../components/note.js'
import { EditFormView, LoadFile } from './edit-form-view.js'
import styles from './system-tab.module.css'
import { type FormTarget, useEditForm } from './use-edit-form.js'

const MAX_SEED_BYTES = 1024 * 1024
const MAX_IGNITION_BYTES = 16 * 1024 * 1024

interface LongTextProps {
  readonly label: string
  readonly placeholder?: string
  readonly rows: number
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error: string | undefined
}

function LongText({ label, placeholder = '', rows, value, onChange, error }: LongTextProps) {
  return (
    <Textarea
      label={label}
      placeholder={placeholder}
      rows={rows}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      spellCheck={false}
      classNames={{ input: styles.mono ?? '' }}
    />
  )
}

const NO_SEED = { userData: '', metaData: '', networkConfig: '', onlyNoCloud: false }

export function CloudInitForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(
    target,
    NO_SEED,
    ({ userData, metaData, networkConfig, onlyNoCloud }) => ({
      kind: 'cloud-init',
      userData,
      onlyNoCloud,
      ...(metaData === '' ? {} : { metaData }),
      ...(networkConfig === '' ? {} : { networkConfig }),
    }),
    ({ userData, metaData, networkConfig }) => ({
      userData: userData.trim() === '' ? 'paste user data, or load the file that holds it' : checkUserData(userData).problems[0],
      metaData: metaData === '' ? undefined : checkMetaData(metaData).problems[0],
      networkConfig: networkConfig === '' ? undefined : checkNetworkConfig(networkConfig).problems[0],
    }),
  )
  const { fields } = form
  return (
    <EditFormView
      title="cloud-init"
      about="A NoCloud seed in the image, for systems with cloud-init. It is read at the next boot, without a cloud or a second disk."
      action="Stage the seed"
      onSubmit={form.submit}
    >
      <LongText
        label="User data"
        placeholder={'#cloud-config\nhostname: web'}
        rows={8}
        value={fields.userData}
        onChange={(value) => form.set('userData', value)}
        error={form.problem('userData')}
      />
      <div className={styles.line}>
        <LoadFile label="Load user data" maxBytes={MAX_SEED_BYTES} onText={(text) => form.set('userData', text)} />
        <Checkbox
          label="Let cloud-init look at this seed only"
          checked={fields.onlyNoCloud}
          onChange={(event) => form.set('onlyNoCloud', event.currentTarget.checked)}
        />
      </div>
      <LongText
        label="Metadata (empty: an instance id of its own)"
        placeholder="instance-id: iid-1"
        rows={2}
        value={fields.metaData}
        onChange={(value) => form.set('metaData', value)}
        error={form.problem('metaData')}
      />
      <LongText
        label="Network configuration (empty: as the system does by itself)"
        placeholder={'version: 2\nethernets:'}
        rows={3}
        value={fields.networkConfig}
        onChange={(value) => form.set('networkConfig', value)}
        error={form.problem('networkConfig')}
      />
    </EditFormView>
  )
}

const DELIVERIES: Readonly<Record<string, string>> = {
  auto: 'As the system in the image expects it: Fedora CoreOS and its kin read /boot, others the initramfs.',
  'boot-file': 'In /boot/ignition/config.ign, as coreos-installer does. Fedora CoreOS, Fedora IoT and RHEL CoreOS read it.',
  initramfs: 'At the end of every initramfs that an entry boots with. Works for all systems with Ignition, whatever the platform.',
}

export function IgnitionForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(
    target,
    { config: '', delivery: 'auto' },
    ({ config, delivery }) => ({ kind: 'ignition-config', config, delivery }),
    ({ config }) => ({
      config: config.trim() === '' ? 'paste a configuration, or load the file that holds it' : checkIgnition(config).problems[0],
    }),
  )
  const { config, delivery } = form.fields
  const { version, problems, warnings } = config === '' ? { version: null, problems: [], warnings: [] } : checkIgnition(config)
  return (
    <EditFormView title="Ignition" about={DELIVERIES[delivery]} action="Stage the configuration" onSubmit={form.submit}>
      <SegmentedControl
        size="xs"
        aria-label="Where the configuration goes"
        className={styles.start ?? ''}
        value={delivery}
        onChange={(value) => form.set('delivery', value)}
        data={[
          { value: 'auto', label: 'As the system expects' },
          { value: 'boot-file', label: '/boot' },
          { value: 'initramfs', label: 'Initramfs' },
        ]}
      />
      <LongText
        label="Configuration (JSON)"
        placeholder={'{ "ignition": { "version": "3.4.0" } }'}
        rows={10}
        value={config}
        onChange={(value) => form.set('config', value)}
        error={form.problem('config')}
      />
      <div className={styles.line}>
        <LoadFile label="Load an .ign file" maxBytes={MAX_IGNITION_BYTES} onText={(text) => form.set('config', text)} />
        {version !== null && problems.length === 0 && <span className="dim">Specification {version}: understood</span>}
        {problems.length > 1 && <span className="dim">and {problems.length - 1} more</span>}
      </div>
      {warnings.length > 0 && (
        <Note tone="amber">
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Note>
      )}
    </EditFormView>
  )
}
