import { defineConfig } from 'vite';

// `npm run dev` shows the page with the API of a server that runs already.
const server = process.env.SAYSO_SERVER ?? 'http://127.0.0.1:50051';

export default defineConfig({
  base: '/',
  build: {
    // The policy of the page allows neither inline scripts nor styles, and nothing is fetched ahead.
    modulePreload: false,
    assetsInlineLimit: 0,
    target: 'es2022',
    license: { fileName: 'licences.md' },
  },
  // The server must see the address of the page, or it takes it for a page of another site.
  server: { proxy: { '/v1': { target: server, changeOrigin: false } } },
});
