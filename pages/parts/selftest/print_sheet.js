export default ({ parentElement }) => {
  parentElement.querySelector("button").onclick = () => window.print();
};
