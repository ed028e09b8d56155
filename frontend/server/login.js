// A token in the fragment of the URL never reaches a log or another site. It is
// posted once and taken out of the address bar.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.getElementById("login");
  form.elements.password.value = token;
  form.submit();
}
