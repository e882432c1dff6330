import { type ComponentType, lazy, type LazyExoticComponent } from 'react'

const parts: (() => Promise<unknown>)[] = []

/** A part that the first picture does not need; it is fetched when it is first shown, or by `loadParts`. */
function part<P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> {
  parts.push(load)
  return lazy(async () => ({ default: await load() }))
}

export const Workbench = part(async () => (await import('./workbench.js')).Workbench)
export const SystemTab = part(async () => (await import('../features/system/system-tab.js')).SystemTab)
export const DiskTab = part(async () => (await import('../features/disk/disk-tab.js')).DiskTab)
export const BootTestTab = part(async () => (await import('../features/boot-test/boot-test-tab.js')).BootTestTab)
export const ConvertScreen = part(async () => (await import('../features/convert/convert-screen.js')).ConvertScreen)
export const ContainersScreen = part(async () => (await import('../features/containers/containers-screen.js')).ContainersScreen)
export const ShipScreen = part(async () => (await import('../wizards/upload/ship-screen.js')).ShipScreen)
export const JobsScreen = part(async () => (await import('../features/jobs/jobs-screen.js')).JobsScreen)
export const ToolsScreen = part(async () => (await import('../features/tools/tools-screen.js')).ToolsScreen)
export const SettingsScreen = part(async () => (await import('../features/settings/settings-screen.js')).SettingsScreen)
export const ConvertDialog = part(async () => (await import('../wizards/convert/convert-dialog.js')).ConvertDialog)
export const SaveDialog = part(async () => (await import('../wizards/save/save-dialog.js')).SaveDialog)
export const BootTestDialog = part(async () => (await import('../wizards/boot-test/boot-test-dialog.js')).BootTestDialog)
export const PackageDialog = part(async () => (await import('../wizards/package/package-dialog.js')).PackageDialog)
export const SignInDialog = part(async () => (await import('../features/containers/sign-in-dialog.js')).SignInDialog)
export const OriginLine = part(async () => (await import('../features/containers/origin-line.js')).OriginLine)
export const HealthTab = part(async () => (await import('../features/health/health-tab.js')).HealthTab)
export const RecipeDialog = part(async () => (await import('../wizards/recipe/recipe-dialog.js')).RecipeDialog)
export const ExportRecipeDialog = part(async () => (await import('../wizards/recipe/export-recipe-dialog.js')).ExportRecipeDialog)
export const CloseDialog = part(async () => (await import('./close-dialog.js')).CloseDialog)
export const CommandPalette = part(async () => (await import('./command-palette.js')).CommandPalette)
export const Toasts = part(async () => (await import('./toasts.js')).Toasts)

/** Fetches all parts, so that showing one never waits. They come from the local disk: one that fails is tried again when shown. */
export async function loadParts(): Promise<void> {
  for (const load of parts) await load().catch(() => undefined)
}
