/** What the components' library says in Chinese: names of buttons that it draws itself. */
export { zh_cn as componentsZh } from '@nuxt/ui/locale';
