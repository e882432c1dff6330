import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, FolderOpen, Plus } from 'lucide-react'
import { call } from '../../api/client.js'
import { recentsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useConvertStore } from './convert-store.js'

const OFFERED = 8

/** The dialog, and the images that were open last. */
export function AddImages({ filled = false }: { readonly filled?: boolean }) {
  const { reportFailure } = useAppActions()
  const { add } = useConvertStore.getState()
  const known = useConvertStore((store) => store.sources)
  const { data: recents = [] } = useQuery(recentsQuery)
  const offered = recents.filter(({ path, exists }) => exists && !known.some((source) => source.path === path)).slice(0, OFFERED)
  const choose = () => void call('images.choose').then((paths) => add(paths), reportFailure)
  const variant = filled ? 'filled' : 'default'
  return (
    <Button.Group>
      <Button
        size={filled ? 'sm' : 'xs'}
        variant={variant}
        leftSection={filled ? <FolderOpen size={16} aria-hidden /> : <Plus size={14} aria-hidden />}
        onClick={choose}
      >
        Add images…
      </Button>
      {offered.length > 0 && (
        <Menu position="bottom-start" transitionProps={{ duration: 80 }}>
          <Menu.Target>
            <Button size={filled ? 'sm' : 'xs'} variant={variant} px={7} aria-label="Add a recent image">
              <ChevronDown size={14} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Open and recent images</Menu.Label>
            {offered.map(({ path }) => (
              <Menu.Item key={path} title={visibleText(path)} onClick={() => add([path])}>
                {visibleText(splitPath(path).name)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Button.Group>
  )
}
