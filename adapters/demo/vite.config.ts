import react from '@vitejs/plugin-react';
import { flockwork } from 'flockwork/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // The second sends the headers that shared memory needs.
  plugins: [react(), flockwork()],
  // The scenarios and the package lie beside this folder.
  server: { host: '127.0.0.1', fs: { allow: ['../..'] } },
  preview: { host: '127.0.0.1' },
  build: { target: 'es2022', chunkSizeWarningLimit: 900 },
});
