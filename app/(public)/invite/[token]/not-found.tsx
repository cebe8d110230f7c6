import { LinkGone } from "../../_link/link-gone";

export default LinkGone;
