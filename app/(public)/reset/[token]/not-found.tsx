export { LinkGone as default } from "../../_link/link-gone";
