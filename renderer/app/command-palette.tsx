import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { call } from '../api/client.js'
import { bootQuery, recentsQuery, settingsQuery } from '../api/queries.js'
import { appActions } from './actions.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { useNavigation } from './navigation-store.js'
import { argumentActions, goActions, imageActions, nextTheme, recentActions } from './palette-actions.js'

/** Spotlight marks the first entry before the entries of a new query are there, and then none is marked: Enter would do nothing. */
function selectFirstIfNone(): void {
  if (document.querySelector('[data-action][data-selected]') !== null) return
  document.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
}

/** Ctrl K: every place, every image, every argument of the open images, every action. */
export function CommandPalette() {
  const { images, active, show } = useNavigation()
  const edits = useEditStore((store) => (active === null ? 0 : (store.byPath[active]?.present.length ?? 0)))
  const recents = useQuery(recentsQuery)
  const settings = useQuery(settingsQuery)
  // Only watched: the workbench is what asks for them.
  const boots = useQueries({ queries: images.map(({ path }) => ({ ...bootQuery(path), enabled: false })) })
  const client = useQueryClient()
  const setTheme = useMutation({
    mutationFn: (dark: boolean) => call('settings.set', { theme: nextTheme(dark) }),
    onSuccess: (saved) => client.setQueryData(settingsQuery.queryKey, saved),
    onError: appActions.reportFailure,
  })
  const isDark = () => document.documentElement.dataset.mantineColorScheme === 'dark'

  const groups: SpotlightActionGroupData[] = [
    { group: 'Image', actions: imageActions(active, edits, appActions) },
    { group: 'Go to', actions: goActions(images, show, appActions) },
    {
      group: 'Window',
      actions: [
        {
          id: 'theme',
          label: 'Switch between light and dark',
          description: settings.data === undefined ? '' : `Now: ${settings.data.theme}`,
          onClick: () => setTheme.mutate(isDark()),
        },
      ],
    },
    { group: 'Recent images', actions: recentActions(recents.data ?? [], images, appActions) },
    {
      group: 'Kernel arguments',
      actions: argumentActions(images, (path) => boots[images.findIndex((image) => image.path === path)]?.data, appActions),
    },
  ]

  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      // The window has it from its first moment on, when this is not there yet.
      shortcut={null}
      limit={40}
      nothingFound="Nothing matches"
      scrollable
      maxHeight={520}
      overlayProps={{ backgroundOpacity: 0.45, blur: 0 }}
      // A fade would hold back the search field, and with it the first letters of who types at once.
      transitionProps={{ duration: 0 }}
      searchProps={{
        leftSection: <Search size={16} aria-hidden />,
        placeholder: 'Search images, arguments, actions',
        'aria-label': 'Search images, arguments, actions',
        onKeyDown: (event) => {
          if (event.code === 'Enter' || event.code === 'NumpadEnter') selectFirstIfNone()
        },
      }}
    />
  )
}
