export default function AccountPages() {
  return null;
}
