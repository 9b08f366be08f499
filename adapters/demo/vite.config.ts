import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What a page needs to share memory with its workers. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    headers: isolation,
    // The scenarios and the package lie beside this folder.
    fs: { allow: ['../..'] },
  },
  preview: { host: '127.0.0.1', headers: isolation },
  optimizeDeps: { exclude: ['flockwork'] },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 700 },
});
