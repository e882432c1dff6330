import { Button, Menu, Tooltip } from '@mantine/core'
import { ArrowRightLeft, ChevronDown, Container, MonitorPlay, Rocket, Save } from 'lucide-react'
import { imageFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { useAppActions } from '../../components/app-actions.js'
import { GuestText } from '../../components/guest-text.js'
import { BootBadge } from '../boot-test/boot-badge.js'
import styles from './image-header.module.css'

const FIRMWARE: Readonly<Record<ImageInfo['firmware'], string>> = {
  uefi: 'UEFI',
  bios: 'BIOS',
  both: 'UEFI and BIOS',
  unknown: 'Firmware unknown',
}

/** What the image is, in one line, and what can be made of it. */
export function ImageHeader({ info, edits }: { readonly info: ImageInfo; readonly edits: number }) {
  const { bootTest, convert, packageImage, save, ship } = useAppActions()
  const exports = [
    {
      words: 'Convert…',
      hint: 'To another format, for one platform or many',
      Icon: ArrowRightLeft,
      onClick: () => convert([info.path]),
    },
    {
      words: 'Package…',
      hint: "As a container image: to a registry, an archive, a folder or podman's storage",
      Icon: Container,
      onClick: () => packageImage(info.path),
    },
    {
      words: 'Upload…',
      hint: 'To a cloud, a registry or an object store; what is staged goes along',
      Icon: Rocket,
      onClick: () => ship(info.path),
    },
  ]
  return (
    <header className={styles.header}>
      <div className={styles.words}>
        <h1 className="truncate" title={info.path}>
          <GuestText text={info.name} />
        </h1>
        <ul className={styles.facts} aria-label="About this image">
          <li>
            <strong>{imageFormat(info.format).label}</strong> {info.variant}
          </li>
          <li title={`${formatExactBytes(info.virtualBytes)} that the guest sees`}>
            <strong>{formatBytes(info.virtualBytes)}</strong> virtual
          </li>
          <li title={`${formatExactBytes(info.onDiskBytes)} allocated; file length ${formatExactBytes(info.fileBytes)}`}>
            <strong>{formatBytes(info.onDiskBytes)}</strong> on disk
          </li>
          {info.osName !== null && (
            <li>
              <GuestText text={info.osName} limit={48} />
            </li>
          )}
          <li>{FIRMWARE[info.firmware]}</li>
          {info.ignitionPlatform !== null && (
            <li>
              Ignition:{' '}
              <strong>
                <GuestText text={info.ignitionPlatform} limit={24} />
              </strong>
            </li>
          )}
          {info.backingChain.length > 0 && (
            <li title={info.backingChain.map((file) => file.path).join('\n')}>
              {info.backingChain.length === 1 ? '1 backing file' : `${info.backingChain.length} backing files`}
            </li>
          )}
          {info.extents.length > 0 && (
            <li title={info.extents.join('\n')}>{info.extents.length === 1 ? '1 extent file' : `${info.extents.length} extent files`}</li>
          )}
        </ul>
        <BootBadge info={info} />
      </div>
      <div className={styles.actions}>
        <span className={styles.wide}>
          {exports.map(({ words, hint, Icon, onClick }) => (
            <Tooltip key={words} label={hint}>
              <Button leftSection={<Icon size={16} aria-hidden />} onClick={onClick}>
                {words}
              </Button>
            </Tooltip>
          ))}
        </span>
        <span className={styles.narrow}>
          <Menu position="bottom-end" width={300}>
            <Menu.Target>
              <Button rightSection={<ChevronDown size={15} aria-hidden />}>Export</Button>
            </Menu.Target>
            <Menu.Dropdown>
              {exports.map(({ words, hint, Icon, onClick }) => (
                <Menu.Item key={words} leftSection={<Icon size={16} aria-hidden />} onClick={onClick}>
                  {words}
                  <span className={styles.hint}>{hint}</span>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </span>
        <Tooltip label="Boots it, with what is staged, in a throw-away machine">
          <Button leftSection={<MonitorPlay size={16} aria-hidden />} onClick={() => bootTest(info.path)}>
            Boot test…
          </Button>
        </Tooltip>
        <Tooltip label={edits === 0 ? 'Nothing is staged: change a kernel argument first' : 'Ctrl S'}>
          <Button
            variant="filled"
            leftSection={<Save size={16} aria-hidden />}
            {...(edits === 0 ? { 'data-disabled': true } : {})}
            aria-disabled={edits === 0}
            onClick={(event) => (edits === 0 ? event.preventDefault() : save(info.path, 'new-file'))}
          >
            Save as new image…
          </Button>
        </Tooltip>
      </div>
    </header>
  )
}
