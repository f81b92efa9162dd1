// Before the first paint, so that a dark page never flashes white; a file because the policy forbids inline scripts.
(() => {
  const chosen = localStorage.getItem('vueuse-color-scheme');
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
