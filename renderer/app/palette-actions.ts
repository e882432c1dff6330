import type { SpotlightActionData } from '@mantine/spotlight'
import type { BootReport } from '#shared/boot/boot-entry'
import type { RecentImage, Settings } from '#shared/settings/settings'
import type { AppActions } from '../components/app-actions.js'
import { splitPath } from '../components/format.js'
import { visibleText } from '../components/visible-text.js'
import { useShipStore } from '../features/clouds/ship-store.js'
import { type ContainersTab, useContainersStore } from '../features/containers/containers-store.js'
import type { OpenImage, View } from './navigation-store.js'

export function nextTheme(isDark: boolean): Settings['theme'] {
  return isDark ? 'light' : 'dark'
}

function nameOf(path: string): string {
  return visibleText(splitPath(path).name)
}

/** What can be done with an image: open one, and whatever the shown one allows now. */
export function imageActions(active: string | null, edits: number, actions: AppActions): SpotlightActionData[] {
  const open: SpotlightActionData = { id: 'open', label: 'Open image…', rightSection: 'Ctrl O', onClick: actions.chooseImages }
  if (active === null) return [open]
  const name = nameOf(active)
  return [
    open,
    { id: 'convert', label: `Convert ${name}…`, onClick: () => actions.convert([active]) },
    {
      id: 'package',
      label: `Package ${name} as a container image…`,
      keywords: 'oci registry push containerdisk artifact',
      onClick: () => actions.packageImage(active),
    },
    {
      id: 'ship',
      label: `Upload ${name}…`,
      keywords: 'ship cloud aws azure google oracle openstack s3 registry vsphere send',
      onClick: () => actions.ship(active),
    },
    { id: 'boot-test', label: `Boot test of ${name}…`, keywords: 'run start qemu verify', onClick: () => actions.bootTest(active) },
    { id: 'convert-for', label: `Convert ${name} for platforms`, keywords: 'ova vhd', onClick: () => actions.convertMany([active]) },
    ...(edits === 0
      ? []
      : [
          { id: 'save', label: `Save ${name} as a new image…`, rightSection: 'Ctrl S', onClick: () => actions.save(active, 'new-file') },
          { id: 'save-in-place', label: `Save ${name} in place…`, onClick: () => actions.save(active, 'in-place') },
        ]),
    ...recipeActions(active, edits, actions),
    { id: 'close', label: `Close ${name}`, rightSection: 'Ctrl W', onClick: () => actions.closeImage(active) },
  ]
}

/** Recipes come from files and go to files: edits that are staged on one image, for others. */
function recipeActions(active: string, edits: number, actions: AppActions): SpotlightActionData[] {
  const stage = { id: 'stage-recipe', label: 'Stage a recipe…', keywords: 'yaml apply', onClick: () => actions.chooseRecipe(active) }
  if (edits === 0) return [stage]
  return [stage, { id: 'export-recipe', label: 'Export as recipe…', keywords: 'yaml save', onClick: () => actions.exportRecipe(active) }]
}

export function goActions(images: readonly OpenImage[], show: (view: View) => void, actions: AppActions): SpotlightActionData[] {
  const showContainers = (tab: ContainersTab) => {
    useContainersStore.getState().show(tab)
    show({ kind: 'containers' })
  }
  return [
    { id: 'home', label: 'Home', onClick: () => show({ kind: 'home' }) },
    ...images.flatMap(({ path }) => [
      { id: `boot ${path}`, label: `${nameOf(path)}: Boot`, description: path, onClick: () => actions.showTab(path, 'boot') },
      { id: `files ${path}`, label: `${nameOf(path)}: Files`, description: path, onClick: () => actions.showTab(path, 'files') },
      {
        id: `health ${path}`,
        label: `${nameOf(path)}: Health`,
        description: path,
        keywords: 'check boot problems fix',
        onClick: () => actions.showTab(path, 'health'),
      },
      { id: `system ${path}`, label: `${nameOf(path)}: System`, description: path, onClick: () => actions.showTab(path, 'system') },
      { id: `disk ${path}`, label: `${nameOf(path)}: Disk`, description: path, onClick: () => actions.showTab(path, 'disk') },
      { id: `edits ${path}`, label: `${nameOf(path)}: Edits`, description: path, onClick: () => actions.showTab(path, 'edits') },
      {
        id: `boot-test ${path}`,
        label: `${nameOf(path)}: Boot test`,
        description: path,
        onClick: () => actions.showTab(path, 'boot-test'),
      },
    ]),
    { id: 'convert-many', label: 'Convert images for platforms', keywords: 'batch ova vhd many', onClick: () => show({ kind: 'convert' }) },
    {
      id: 'containers',
      label: 'Open container image…',
      keywords: 'oci docker podman registry reference pull extract',
      onClick: () => actions.openContainer(),
    },
    {
      id: 'container-storage',
      label: 'Local container storage',
      keywords: 'podman images prune',
      onClick: () => showContainers('storage'),
    },
    { id: 'sign-ins', label: 'Sign-ins at registries', keywords: 'login logout password token', onClick: () => showContainers('sign-ins') },
    {
      id: 'uploads',
      label: 'Ship: uploads',
      keywords: 'upload cloud registry resume clean up',
      onClick: () => {
        useShipStore.getState().list()
        show({ kind: 'ship' })
      },
    },
    { id: 'jobs', label: 'Jobs', onClick: () => actions.showJobs(null) },
    { id: 'tools', label: 'Tools', keywords: 'doctor install engines', onClick: actions.showTools },
    { id: 'settings', label: 'Settings', keywords: 'preferences theme', onClick: actions.showSettings },
  ]
}

/** Recent images that exist and are not open. */
export function recentActions(recents: readonly RecentImage[], images: readonly OpenImage[], actions: AppActions): SpotlightActionData[] {
  const open = new Set(images.map((image) => image.path))
  return recents
    .filter((recent) => recent.exists && !open.has(recent.path))
    .map(({ path }) => ({
      id: `recent ${path}`,
      label: nameOf(path),
      description: visibleText(path),
      onClick: () => actions.openImages([path]),
    }))
}

/** Each argument of each open image, once per image; it leads to the Boot tab. */
export function argumentActions(
  images: readonly OpenImage[],
  report: (path: string) => BootReport | undefined,
  actions: AppActions,
): SpotlightActionData[] {
  return images.flatMap(({ path }) => {
    const args = new Set(report(path)?.entries.flatMap((entry) => entry.args) ?? [])
    return [...args].map((arg) => ({
      id: `arg ${path} ${arg}`,
      label: visibleText(arg),
      description: nameOf(path),
      onClick: () => actions.showTab(path, 'boot'),
    }))
  })
}
